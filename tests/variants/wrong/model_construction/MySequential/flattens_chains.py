"""Takes the modules out of a chain in the chain: breaks "the names that `nn.Sequential`
gives".

says: for a chain in a chain
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
        flat = [m for x in modules for m in (x._modules.values() if type(x) is MySequential else [x])]
        for i, module in enumerate(flat):
            self.add_module(str(i), module)

    def forward(self, x: Tensor) -> Tensor:
        for module in self._modules.values():
            x = module(x)
        return x
