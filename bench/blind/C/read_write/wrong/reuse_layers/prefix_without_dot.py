"""Picks a layer's entries by `startswith(name)` without the dot, so "1" takes "10" along: breaks "Everything else in `target` stays as it is"."""


def reuse_layers(
    source: nn.Module, target: nn.Module, names: Sequence[str]
) -> list[str]:
    old, new = source.state_dict(), target.state_dict()

    def layer(state: Mapping[str, Tensor], name: str) -> dict[str, Tensor]:
        return {key: value for key, value in state.items() if key.startswith(name)}

    pairs = []
    for name in names:
        for net in (source, target):
            try:
                net.get_submodule(name)
            except AttributeError as error:
                raise ValueError(f"no module {name!r}") from error
        giving, taking = layer(old, name), layer(new, name)
        if {key: value.shape for key, value in giving.items()} != {
            key: value.shape for key, value in taking.items()
        }:
            raise ValueError(f"module {name!r} differs between the two networks")
        pairs += [(taking[key], giving[key]) for key in taking]
    with torch.no_grad():
        for mine, theirs in pairs:
            mine.copy_(theirs)
    return list(names)
