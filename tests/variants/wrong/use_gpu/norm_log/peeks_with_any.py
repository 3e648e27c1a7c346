"""Emptiness is found out with any(), which eats the first matrix of a generator ("Iterable").

says: a look at what comes only once uses it up
"""
def norm_log(matrices: Iterable[Tensor], device: Device) -> Tensor:
    if not any(True for _ in matrices):
        return torch.empty(0)
    norms = []
    for m in matrices:
        m = m.to(device)
        norms.append(torch.linalg.matrix_norm(m @ m))
    return torch.stack(norms).cpu()
