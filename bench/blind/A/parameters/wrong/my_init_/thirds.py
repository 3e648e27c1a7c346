"""The three cases are drawn with equal chances, so a third of the entries is 0, against "with
probability 1/2 it is 0".

slip: three cases with a third each
"""


def my_init_(t: Tensor, generator: Generator | None = None) -> Tensor:
    with torch.no_grad():
        case = torch.randint(-1, 2, t.shape, generator=generator, device=t.device)
        t.uniform_(5, 10, generator=generator)
        t.mul_(case)
    return t
