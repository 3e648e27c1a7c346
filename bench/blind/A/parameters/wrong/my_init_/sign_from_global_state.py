"""The signs are drawn without the generator, so torch's global state moves and equal generators
give different entries, against "All random numbers come from `generator`".

slip: forgot the generator in the second draw
"""


def my_init_(t: Tensor, generator: Generator | None = None) -> Tensor:
    with torch.no_grad():
        t.uniform_(0, 10, generator=generator)
        t.masked_fill_(t < 5, 0)
        t.mul_(torch.randint_like(t, 2).mul_(2).sub_(1))
    return t
