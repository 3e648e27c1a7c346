"""Fills the names up with zeros where there are more than ten: breaks "the names that
`nn.Sequential` gives".

says: for more than ten modules
"""
class MySequential(nn.Module):
    """A chain of modules, run in the order given.

    A module that is listed n times runs n times. Without modules it is the identity.
    `nn.Module` sees every module of the chain, and the state dict has the names that
    `nn.Sequential` gives: `"0.weight"`, `"1.weight"` and so on.

    Example:
        >>> net = MySequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2))
        >>> list(net.state_dict())
        ['0.weight', '0.bias', '2.weight', '2.bias']
    """

    def __init__(self, *modules: nn.Module):
        super().__init__()
        for i, module in enumerate(modules):
            self.add_module(str(i).zfill(len(str(len(modules) - 1))), module)

    def forward(self, x: Tensor) -> Tensor:
        for module in self._modules.values():
            x = module(x)
        return x
