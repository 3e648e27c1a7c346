"""Unusual: a subclass of nn.ModuleList that folds itself with functools.reduce."""

from functools import reduce


class MySequential(nn.ModuleList):
    def __init__(self, *modules: nn.Module):
        super().__init__(modules)

    def forward(self, x: Tensor) -> Tensor:
        return reduce(lambda value, module: module(value), self, x)
