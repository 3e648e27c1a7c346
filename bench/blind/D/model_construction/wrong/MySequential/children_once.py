"""Runs self.children(), which gives a repeated module only once ("A module that is listed n times runs n times")."""

class MySequential(nn.Module):
    def __init__(self, *modules: nn.Module):
        super().__init__()
        for index, module in enumerate(modules):
            self.add_module(str(index), module)

    def forward(self, x: Tensor) -> Tensor:
        for module in self.children():
            x = module(x)
        return x
