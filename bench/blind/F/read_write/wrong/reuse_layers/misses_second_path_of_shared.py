"""Looks the paths up in named_modules(), which lists a shared module under its first path alone ("A name is the path of a
module in both networks")."""


def reuse_layers(
    source: nn.Module, target: nn.Module, names: Sequence[str]
) -> list[str]:
    ours, theirs = dict(source.named_modules()), dict(target.named_modules())
    pairs = []
    for name in names:
        if name not in ours or name not in theirs:
            raise ValueError(f"no module {name!r} in both networks")
        old, new = ours[name].state_dict(), theirs[name].state_dict()
        if {k: v.shape for k, v in old.items()} != {k: v.shape for k, v in new.items()}:
            raise ValueError(f"module {name!r} differs in names or shapes")
        pairs += [(new[k], old[k]) for k in old]
    with torch.no_grad():
        for into, value in pairs:
            into.copy_(value)
    return list(names)
