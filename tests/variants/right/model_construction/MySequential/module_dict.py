"""A ModuleDict keyed by the indices, folded with reduce."""

from functools import reduce


class MySequential(nn.ModuleDict):
    def __init__(self, *modules: nn.Module):
        super().__init__((str(i), module) for i, module in enumerate(modules))

    def forward(self, x: Tensor) -> Tensor:
        return reduce(lambda value, module: module(value), self.values(), x)
