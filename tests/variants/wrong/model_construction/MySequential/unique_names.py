"""Registers a repeated module once only and so numbers the others differently ("the
state dict has the names that `nn.Sequential` gives").

says: a module that is listed again has a second name
"""

class MySequential(nn.Module):
    def __init__(self, *modules: nn.Module):
        super().__init__()
        unique = list(dict.fromkeys(modules))
        for i, module in enumerate(unique):
            self.add_module(str(i), module)
        self._order = [str(unique.index(module)) for module in modules]

    def forward(self, x: Tensor) -> Tensor:
        for name in self._order:
            x = self._modules[name](x)
        return x
