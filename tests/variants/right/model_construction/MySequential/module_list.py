"""A subclass of nn.ModuleList, whose names are those of nn.Sequential; forward is a fold."""

from functools import reduce


class MySequential(nn.ModuleList):
    def __init__(self, *modules: nn.Module):
        super().__init__(modules)

    def forward(self, x: Tensor) -> Tensor:
        return reduce(lambda value, module: module(value), self, x)
