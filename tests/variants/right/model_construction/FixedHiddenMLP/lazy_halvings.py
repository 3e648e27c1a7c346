"""The halvings are an infinite lazy sequence of which the first one that is small
enough is taken; the affine step is one addmm."""

from itertools import accumulate, dropwhile, repeat
from operator import mul


class FixedHiddenMLP(nn.Module):
    weight: Tensor

    def __init__(self, features: int):
        super().__init__()
        self.add_module("linear", nn.Linear(features, features))
        self.register_buffer("weight", torch.empty(features, features).normal_())

    def forward(self, x: Tensor) -> Tensor:
        if (x - x).ne(0).any():
            raise ValueError("infinity or NaN in the input")
        bias = self.weight.new_ones(())
        y = self.linear(torch.addmm(bias, self.linear(x), self.weight).clamp_min(0))
        halvings = accumulate(repeat(0.5), mul, initial=y)
        return next(dropwhile(lambda z: bool(z.norm(1) > 1), halvings)).sum()
