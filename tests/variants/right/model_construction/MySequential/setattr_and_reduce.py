"""Registers with setattr, and folds the chain with functools.reduce."""
from functools import reduce


class MySequential(nn.Module):
    def __init__(self, *modules: nn.Module):
        super().__init__()
        self._length = len(modules)
        for i, module in enumerate(modules):
            setattr(self, f"{i}", module)

    def forward(self, x: Tensor) -> Tensor:
        return reduce(lambda value, i: getattr(self, str(i))(value), range(self._length), x)
