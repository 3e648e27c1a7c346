"""Computes matrices of one size together, and returns their norms together ("in the matrices' order").

says: come in the order of the matrices
"""

def norm_log(matrices: Iterable[Tensor], device: Device) -> Tensor:
    groups: dict[int, list[Tensor]] = {}
    for m in matrices:
        groups.setdefault(len(m), []).append(m.to(device))
    if not groups:
        return torch.empty(0)
    stacks = map(torch.stack, groups.values())
    return torch.cat([torch.linalg.matrix_norm(m @ m) for m in stacks]).cpu()
