"""Fills `t.reshape(-1)`, a copy where `t` is a non-contiguous view, which stays as it was ("any shape and floating dtype, a view included")."""


def my_init_(t: Tensor, generator: Generator | None = None) -> Tensor:
    flat = t.detach().reshape(-1)
    flat.uniform_(-10, 10, generator=generator)
    flat.mul_(flat.abs() >= 5)
    return t
