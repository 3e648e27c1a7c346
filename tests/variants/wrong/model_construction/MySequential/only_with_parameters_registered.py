"""Modules without parameters are kept in a plain list, so `eval()` misses a Dropout:
breaks "`nn.Module` sees every module of the chain".

says: every module is registered
"""
class MySequential(nn.Module):
    def __init__(self, *modules: nn.Module):
        super().__init__()
        self._chain = list(modules)
        for i, module in enumerate(modules):
            if any(True for _ in module.parameters()):
                self.add_module(str(i), module)

    def forward(self, x: Tensor) -> Tensor:
        for module in self._chain:
            x = module(x)
        return x
