"""A module is looked for among the keys of the state dict, where a ReLU has none, and is refused: only a module that "is missing in one of the networks" is.

says: a layer without tensors is a module
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
        if not have or not want:
            raise ValueError(f"no module {name!r} in both networks")
        if have != want:
            raise ValueError(f"{name!r} holds other tensors: {have} and {want}")
        pairs.append((mine, theirs))
    for mine, theirs in pairs:
        theirs.load_state_dict(mine.state_dict())
    return list(names)
