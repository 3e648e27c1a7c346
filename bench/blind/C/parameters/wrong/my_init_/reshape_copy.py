"""Fills `t.reshape(-1)`, which is a copy where t is not contiguous, so that a transposed view stays as it was: breaks "a view included"."""


def my_init_(t: Tensor, generator: Generator | None = None) -> Tensor:
    with torch.no_grad():
        flat = t.reshape(-1)
        flat.uniform_(-10, 10, generator=generator)
        flat.mul_(flat.abs() >= 5)
    return t
