"""One uniform draw in float64, sent through hardshrink and copied into the tensor."""

from torch.nn.functional import hardshrink


def my_init_(t: Tensor, generator: Generator | None = None) -> Tensor:
    draw = torch.rand(
        t.size(), generator=generator, dtype=torch.float64, device=t.device
    )
    t.detach().copy_(hardshrink(draw.sub(0.5).mul(20), 5.0))
    return t
