# my answers
import torch
from torch import Generator, Tensor, nn
from torch.nn.parameter import UninitializedParameter


def parameter_table(net):
    import math

    table = {}
    for prefix, module in net.named_modules():
        for key, p in module.named_parameters(recurse=False):
            name = prefix + "." + key if prefix else key
            table.setdefault(p, (name, tuple(p.shape), math.prod(p.shape), p.requires_grad))
    return list(table.values())


def init_normal(net, std=0.01):
    def init(m):
        if isinstance(m, nn.Linear):
            with torch.no_grad():
                m.weight.normal_(0, std)
                if m.bias is not None:
                    m.bias.fill_(0)

    return net.apply(init)


def my_init_(t, generator=None):
    w = t.detach()
    w.uniform_(-10, 10, generator=generator)
    w *= w.abs() >= 5
    return t


class _Tied(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.lin = nn.Linear(width, width)
        self.depth = depth

    def forward(self, x):
        x = self.lin(x)
        for _ in range(self.depth - 1):
            x = self.lin(nn.functional.relu(x))
        return x


def make_tied_mlp(width, depth):
    return _Tied(width, depth)


def count_parameters(net, trainable_only=False):
    found = {id(p): p for m in net.modules() for p in m.parameters(recurse=False)}
    return sum(
        p.numel() * (p.requires_grad or not trainable_only) for p in found.values()
    )
