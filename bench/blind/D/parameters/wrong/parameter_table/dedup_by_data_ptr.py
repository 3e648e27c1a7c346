"""Recognises shared parameters by `data_ptr()`, so two empty ones (pointer 0) become one ("equal values alone do not make parameters one")."""


def parameter_table(net: nn.Module) -> list[tuple[str, tuple[int, ...], int, bool]]:
    rows, seen = [], set()
    for name, p in net.named_parameters(remove_duplicate=False):
        if p.data_ptr() in seen:
            continue
        seen.add(p.data_ptr())
        rows.append((name, tuple(p.shape), p.numel(), p.requires_grad))
    return rows
