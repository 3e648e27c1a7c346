"""Clears the old content by multiplying with 0, so NaN and infinity in `t` become NaN
("Fill `t` in place with large positive, large negative and zero entries").

says: for NaN before
"""

def my_init_(t: Tensor, generator: Generator | None = None) -> Tensor:
    with torch.no_grad():
        size = torch.rand(t.shape, generator=generator, device=t.device) * 5 + 5
        case = torch.randint(4, t.shape, generator=generator, device=t.device)
        sign = (case == 0).float() - (case == 1).float()
        t.mul_(0).add_((size * sign).to(t.dtype))
    return t
