"""Knows shared parameters by their address, so that distinct empty (or meta) parameters, all at address 0, lose their rows: breaks "one row each" and "A parameter that several modules share has one row"."""


def parameter_table(net: nn.Module) -> list[tuple[str, tuple[int, ...], int, bool]]:
    rows = []
    seen = set()
    for name, p in net.named_parameters(remove_duplicate=False):
        if p.data_ptr() in seen:
            continue
        seen.add(p.data_ptr())
        rows.append((name, tuple(p.shape), p.numel(), p.requires_grad))
    return rows
