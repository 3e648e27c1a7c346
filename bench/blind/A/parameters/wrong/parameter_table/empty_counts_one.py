"""numel is the product of the shape `or 1`, meant for scalars, so a parameter with a dimension 0
is said to have 1 entry, against "`numel` the number of entries".

slip: an empty parameter counted as one entry
"""


def parameter_table(net: nn.Module) -> list[tuple[str, tuple[int, ...], int, bool]]:
    rows = []
    for name, p in net.named_parameters():
        numel = 1
        for size in p.shape:
            numel *= size
        rows.append((name, tuple(p.shape), max(numel, 1), p.requires_grad))
    return rows
