"""The norms come back as Python floats and are made a float32 tensor ("in the matrices' dtype").

says: the norms become float32
"""
def norm_log(matrices: Iterable[Tensor], device: Device) -> Tensor:
    norms = []
    for m in matrices:
        m = m.to(device)
        norms.append(torch.linalg.matrix_norm(m @ m))
    if not norms:
        return torch.empty(0)
    return torch.tensor(torch.stack(norms).tolist())
