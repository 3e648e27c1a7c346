"""The output variable starts as None and stays it without modules: breaks "Without
modules it is the identity".

says: without modules the loop does not run
"""
class MySequential(nn.Module):
    def __init__(self, *modules: nn.Module):
        super().__init__()
        for i, module in enumerate(modules):
            self.add_module(str(i), module)

    def forward(self, x: Tensor) -> Tensor:
        output = None
        for module in self._modules.values():
            output = module(x if output is None else output)
        return output
