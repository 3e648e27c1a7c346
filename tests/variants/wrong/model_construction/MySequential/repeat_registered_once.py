"""A repeated module is registered under its first index only: breaks "the state dict
has the names that `nn.Sequential` gives".

says: has a second name
"""
class MySequential(nn.Module):
    def __init__(self, *modules: nn.Module):
        super().__init__()
        self._order: list[str] = []
        names: dict[nn.Module, str] = {}
        for i, module in enumerate(modules):
            if module not in names:
                names[module] = str(i)
                self.add_module(str(i), module)
            self._order.append(names[module])

    def forward(self, x: Tensor) -> Tensor:
        for name in self._order:
            x = self._modules[name](x)
        return x
