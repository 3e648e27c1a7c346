"""Shapes are compared for the names that both layers have, and a bias that only one has is passed over: ValueError if "the two hold tensors of other names or shapes".

says: passed over in silence
"""

def reuse_layers(
    source: nn.Module, target: nn.Module, names: Sequence[str]
) -> list[str]:
    pairs = []
    for name in names:
        try:
            mine, theirs = source.get_submodule(name), target.get_submodule(name)
        except AttributeError as error:
            raise ValueError(f"no module {name!r} in both networks") from error
        have = {key: t.shape for key, t in mine.state_dict().items()}
        want = {key: t.shape for key, t in theirs.state_dict().items()}
        if any(have[key] != want[key] for key in have.keys() & want.keys()):
            raise ValueError(f"{name!r} holds other tensors: {have} and {want}")
        pairs.append((mine, theirs))
    for mine, theirs in pairs:
        theirs.load_state_dict(mine.state_dict(), strict=False)
    return list(names)
