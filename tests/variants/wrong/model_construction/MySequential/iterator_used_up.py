"""An iterator over the modules is kept and is used up by the first call: later calls
break "A chain of modules, run in the order given".

says: second time
"""
class MySequential(nn.Module):
    def __init__(self, *modules: nn.Module):
        super().__init__()
        for i, module in enumerate(modules):
            self.add_module(str(i), module)
        self._chain = iter(self._modules.values())

    def forward(self, x: Tensor) -> Tensor:
        for module in self._chain:
            x = module(x)
        return x
