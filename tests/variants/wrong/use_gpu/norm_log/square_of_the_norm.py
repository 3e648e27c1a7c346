"""The norm of m, squared, stands for the norm of m @ m, which it only bounds ("the Frobenius norm of `m @ m`").

says: squared, is another
"""
def norm_log(matrices: Iterable[Tensor], device: Device) -> Tensor:
    norms = []
    for m in matrices:
        m = m.to(device)
        norms.append(torch.linalg.matrix_norm(m) ** 2)
    if not norms:
        return torch.empty(0)
    return torch.stack(norms).cpu()
