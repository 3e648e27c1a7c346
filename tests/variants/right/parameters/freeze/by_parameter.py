"""Collects the names of each parameter; train() of a BatchNorm is a bound method."""
from types import MethodType


def freeze(net, prefix):
    root = prefix.split(".") if prefix else []

    def below(name):
        return (name.split(".") if name else [])[: len(root)] == root

    aliases = {p: [] for p in net.parameters()}
    for name, p in net.named_parameters(remove_duplicate=False):
        if below(name):
            aliases[p].append(name)
    for p in (p for p, names in aliases.items() if names):
        p.grad, p.requires_grad = None, False
    for name, module in net.named_modules(remove_duplicate=False):
        if isinstance(module, nn.modules.batchnorm._BatchNorm) and below(name):
            module.train = MethodType(_stay, module)
            module.train()
    return [name for names in aliases.values() for name in names]


def _stay(self, mode=True):
    return type(self).train(self, False)
