"""Takes an empty parameter for one entry.

says: 0-dim and empty parameters
"""
def parameter_table(net: nn.Module) -> list[tuple[str, tuple[int, ...], int, bool]]:
    rows = []
    for name, p in net.named_parameters():
        numel = 1
        for size in p.shape:
            numel *= size
        rows.append((name, tuple(p.shape), max(numel, 1), p.requires_grad))
    return rows
