"""Drops falsy modules: an empty nn.Sequential has length 0, and the names behind it shift ("the names that `nn.Sequential` gives")."""

class MySequential(nn.Module):
    def __init__(self, *modules: nn.Module):
        super().__init__()
        for index, module in enumerate(m for m in modules if m):
            self.add_module(str(index), module)

    def forward(self, x: Tensor) -> Tensor:
        for module in self._modules.values():
            x = module(x)
        return x
