"""Fills `t.reshape(-1)`, which is a copy when t is not contiguous, so a transposed view stays as
it was, against "a view included".

slip: filled a flat copy instead of the view
"""


def my_init_(t: Tensor, generator: Generator | None = None) -> Tensor:
    with torch.no_grad():
        flat = t.reshape(-1)
        flat.uniform_(-10, 10, generator=generator)
        flat.masked_fill_(flat.abs() < 5, 0)
    return t
