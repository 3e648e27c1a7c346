"""`children()` leaves repeats out: breaks "A module that is listed n times runs n times".

slip: children() leaves out repeated modules
"""

class MySequential(nn.Module):
    def __init__(self, *modules: nn.Module):
        super().__init__()
        for i, module in enumerate(modules):
            self.add_module(str(i), module)

    def forward(self, x: Tensor) -> Tensor:
        for module in self.children():
            x = module(x)
        return x
