"""Looks the paths up in `dict(net.named_modules())`, which lists a shared module under its first path only, so its other paths raise: breaks "A name is the path of a module in both networks"."""


def reuse_layers(
    source: nn.Module, target: nn.Module, names: Sequence[str]
) -> list[str]:
    theirs, mine = dict(source.named_modules()), dict(target.named_modules())
    pairs = []
    for name in names:
        if name not in theirs or name not in mine:
            raise ValueError(f"module {name!r} is missing in one of the networks")
        old, new = theirs[name].state_dict(), mine[name].state_dict()
        if {key: value.shape for key, value in old.items()} != {
            key: value.shape for key, value in new.items()
        }:
            raise ValueError(f"module {name!r} holds other names or shapes")
        pairs += [(new[key], old[key]) for key in new]
    with torch.no_grad():
        for new_tensor, old_tensor in pairs:
            new_tensor.copy_(old_tensor)
    return list(names)
