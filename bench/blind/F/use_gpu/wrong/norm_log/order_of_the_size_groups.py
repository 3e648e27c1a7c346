"""Multiplies matrices of one size as one batch and returns the norms group by group ("a tensor on the CPU, in the matrices' dtype and
order")."""


def norm_log(matrices: Iterable[Tensor], device: Device) -> Tensor:
    groups: dict[torch.Size, list[Tensor]] = {}
    for m in matrices:
        groups.setdefault(m.shape, []).append(m.to(device))
    norms = []
    for group in groups.values():
        batch = torch.stack(group)
        norms.append(torch.linalg.matrix_norm(batch @ batch))
    return torch.cat(norms).cpu() if norms else torch.empty(0)
