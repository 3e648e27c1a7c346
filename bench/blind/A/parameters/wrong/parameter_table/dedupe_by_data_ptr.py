"""Parameters count as shared when their data_ptr() agrees, so of several empty parameters (address
0) only one has a row, against "one row (...) each".

slip: told shared parameters apart by memory address
"""


def parameter_table(net: nn.Module) -> list[tuple[str, tuple[int, ...], int, bool]]:
    rows, seen = [], set()
    for name, p in net.named_parameters(remove_duplicate=False):
        if p.data_ptr() in seen:
            continue
        seen.add(p.data_ptr())
        rows.append((name, tuple(p.shape), p.numel(), p.requires_grad))
    return rows
