"""Squares in the matrices' dtype: the norm 600 of a float16 product with entries of 300 comes out as infinity ("Frobenius norm of m @ m", "in the matrices' dtype").

says: infinite in float16 where the norm is not
"""

def norm_log(matrices: Iterable[Tensor], device: Device) -> Tensor:
    norms = []
    for matrix in matrices:
        moved = matrix.to(device)
        norms.append((moved @ moved).square().sum().sqrt())
    if not norms:
        return torch.empty(0)
    return torch.stack(norms).to("cpu")
