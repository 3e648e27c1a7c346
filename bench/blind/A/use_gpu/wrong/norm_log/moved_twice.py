"""Each factor of the product is moved on its own ("Each is moved to `device` once").

slip: each matrix moved twice
"""

def norm_log(matrices: Iterable[Tensor], device: Device) -> Tensor:
    norms = []
    for m in matrices:
        norms.append(torch.linalg.matrix_norm(m.to(device) @ m.to(device)))
    if not norms:
        return torch.empty(0)
    return torch.stack(norms).cpu()
