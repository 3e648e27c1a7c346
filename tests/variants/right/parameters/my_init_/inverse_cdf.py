"""One uniform draw per entry, put through the inverse of the distribution function; ends kept out in low precision."""


def my_init_(t: Tensor, generator: Generator | None = None) -> Tensor:
    eps = torch.finfo(t.dtype).eps
    u = torch.rand(t.shape, generator=generator, device=t.device, dtype=torch.float64)
    side = (u >= 0.75).double() - (u < 0.25).double()
    inner = torch.where(u < 0.25, u, u - 0.75)
    size = (5 + 20 * inner).clamp(5 + 4 * eps, 10 - 8 * eps)
    t.detach().copy_(torch.where(side == 0, torch.zeros_like(u), side * size))
    return t
