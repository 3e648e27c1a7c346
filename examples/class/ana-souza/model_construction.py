# my answers
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
import torch
from torch import Tensor, nn


Hook = Callable[["MiniModule", tuple[Any, ...], Any], Any]


class MLP(nn.Module):
    def __init__(self, in_features, hidden, out_features):
        super().__init__()
        self.b = nn.Linear(hidden, out_features)
        self.a = nn.Linear(in_features, hidden)

    def forward(self, x):
        h = self.a(x).clamp(min=0)
        return self.b.forward(h)


class MySequential(nn.Module):
    def __init__(self, *args):
        super().__init__()
        self._names = [str(i) for i in range(len(args))]
        for name, m in zip(self._names, args):
            setattr(self, name, m)

    def forward(self, x):
        for name in self._names:
            x = getattr(self, name)(x)
        return x


class FixedHiddenMLP(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.linear = nn.Linear(features, features)
        constant = torch.empty(features, features).uniform_(-1, 1)
        self.register_buffer("weight", constant)

    def forward(self, x):
        if (x != x).any() or (x.abs() == float("inf")).any():
            raise ValueError("bad input")
        h = self.linear(x)
        h = torch.einsum("ni,ij->nj", h, self.weight).add(1).clamp_min(0)
        h = self.linear(h)
        size, factor = h.detach().abs().sum().item(), 1.0
        while size * factor > 1:
            factor /= 2
        return (h * factor).sum()


class ParallelBlock(nn.Module):
    def __init__(self, net1, net2):
        super().__init__()
        self.net1, self.net2 = net1, net2

    def forward(self, x):
        a, b = self.net1(x), self.net2(x)
        y = a.new_empty(*a.shape[:-1], a.shape[-1] + b.shape[-1])
        y[..., : a.shape[-1]] = a
        y[..., a.shape[-1] :] = b
        return y


class _Chain(nn.Module):
    def __init__(self, blocks):
        super().__init__()
        self.blocks = nn.ModuleList(blocks)

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return x


def chain(make_block, n):
    blocks = []
    for _ in range(n):
        blocks.append(make_block())
    return _Chain(blocks)


class Residual(nn.Module):
    def __init__(self, block, in_features, out_features):
        super().__init__()
        self.block = block
        self.skip = None if in_features == out_features else nn.Linear(in_features, out_features, bias=False)

    def forward(self, x):
        return self.block(x) + (x if self.skip is None else self.skip(x))


@dataclass
class MLPConfig:
    in_features: int
    hidden: tuple
    out_features: int
    activation: str = "relu"

    def __post_init__(self):
        for name, value in vars(self).items():
            if name == "activation":
                if not hasattr(nn.functional, value) or value not in {"relu", "tanh", "gelu"}:
                    raise ValueError("unknown activation")
                continue
            for width in value if name == "hidden" else [value]:
                try:
                    range(width)[0]
                except (TypeError, IndexError):
                    raise ValueError(name) from None


class _Net(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        before = (config.hidden or (config.in_features,))[-1]
        self.head = nn.Linear(before, config.out_features)
        self.body = nn.ModuleList()
        before = config.in_features
        for width in config.hidden:
            self.body.append(nn.Linear(before, width))
            before = width

    def forward(self, x):
        for layer in self.body:
            x = getattr(nn.functional, self.config.activation)(layer(x))
        return self.head(x)


def build_mlp(config):
    return _Net(config)


def _walk(value, path, met):
    if isinstance(value, nn.Module):
        if id(value) in met:
            return
        met.add(id(value))
        yield path
        yield from _inside(value, path, met)
    elif isinstance(value, (list, tuple, dict)):
        if id(value) in met:
            return
        met.add(id(value))
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in pairs:
            yield from _walk(item, path + "." + str(key), met)


def _inside(module, path, met):
    for name in sorted(set(vars(module)) - set(vars(nn.Module()))):
        yield from _walk(vars(module)[name], (path + "." + name).lstrip("."), met)
    for name, child in module.named_children():
        yield from _inside(child, (path + "." + name).lstrip("."), met)


def lost_modules(net):
    return set(_walk_all(net))


def _walk_all(net):
    met = {id(m) for m in net.modules()}
    yield from _inside(net, "", met)


def _note(seen, name, module, args, output):
    seen += [(name, tuple(output.size()))]


def shape_trace(net, x):
    from contextlib import ExitStack
    from functools import partial

    seen = []
    with ExitStack() as stack:
        for name, module in net.named_modules():
            if len(module._modules) == 0:
                handle = module.register_forward_hook(partial(_note, seen, name))
                stack.callback(handle.remove)
        net(x)
    return seen


class MiniModule:
    training = True

    def __call__(self, *args):
        output = self.forward(*args)
        for hook in list(self.__dict__.get("_MiniModule__hooks", ())):
            result = hook[0](self, args, output)
            output = output if result is None else result
        return output

    def register_forward_hook(self, hook):
        hooks = self.__dict__.setdefault("_MiniModule__hooks", [])
        entry = (hook, object())
        hooks.append(entry)

        def remove():
            if entry in hooks:
                hooks.remove(entry)

        return remove

    def _walk(self, kind):
        for name, value in self.__dict__.items():
            group = enumerate(value) if isinstance(value, list) else [(None, value)]
            for i, entry in group:
                if isinstance(entry, kind):
                    yield name if i is None else "%s.%d" % (name, i), entry

    def children(self):
        seen = set()
        return (c for _, c in self._walk(MiniModule) if not (c in seen or seen.add(c)))

    def _named(self):
        yield from ((n, t) for n, t in self._walk(Tensor) if t.requires_grad and t.is_leaf)
        for name, child in self._walk(MiniModule):
            yield from ((name + "." + n, t) for n, t in child._named())

    def named_parameters(self):
        firsts = {}
        for name, t in self._named():
            firsts.setdefault(id(t), (name, t))
        return iter(firsts.values())

    def state_dict(self):
        return dict((name, t.detach()) for name, t in self._named())

    def train(self, mode=True):
        for child in self.children():
            child.train(mode)
        self.training = mode
        return self

    def eval(self):
        for child in self.children():
            child.eval()
        self.training = False
        return self
