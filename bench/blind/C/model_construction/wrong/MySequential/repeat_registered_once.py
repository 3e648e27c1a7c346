"""Registers a repeated module under its first index only, so that MySequential(l, l) has no "1.weight": breaks "the state dict has the names that nn.Sequential gives"."""


class MySequential(nn.Module):
    def __init__(self, *modules: nn.Module):
        super().__init__()
        first: dict[nn.Module, str] = {}
        for i, module in enumerate(modules):
            if module not in first:
                first[module] = str(i)
                self.add_module(str(i), module)
        self.order = [first[module] for module in modules]

    def forward(self, x: Tensor) -> Tensor:
        for name in self.order:
            x = self.get_submodule(name)(x)
        return x
