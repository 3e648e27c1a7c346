"""Moves each matrix once for either factor ("Each is moved to device once")."""

def norm_log(matrices: Iterable[Tensor], device: Device) -> Tensor:
    norms = []
    for matrix in matrices:
        norms.append(torch.linalg.matrix_norm(matrix.to(device) @ matrix.to(device)))
    if not norms:
        return torch.empty(0)
    return torch.stack(norms).to("cpu")
