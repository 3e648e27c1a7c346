"""Switches requires_grad off to write in place and does not switch it on again, against "a
parameter stays a leaf that requires gradients".

slip: switched requires_grad off and forgot it
"""


def my_init_(t: Tensor, generator: Generator | None = None) -> Tensor:
    if t.is_leaf:
        t.requires_grad_(False)
    with torch.no_grad():
        t.uniform_(-10, 10, generator=generator)
        t.masked_fill_(t.abs() < 5, 0)
    return t
