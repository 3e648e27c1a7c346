"""Collects the norms in a tensor of the default dtype, so that float64 loses digits: breaks "in the matrices' dtype and order"."""


def norm_log(matrices: Iterable[Tensor], device: Device) -> Tensor:
    matrices = list(matrices)
    norms = torch.empty(len(matrices), device=device)
    for i, matrix in enumerate(matrices):
        m = matrix.to(device)
        norms[i] = torch.linalg.vector_norm(m @ m)
    return norms.cpu()
