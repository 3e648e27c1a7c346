# my answers
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from fnmatch import fnmatchcase
from typing import Any
import torch
from torch import Generator, Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm, _NormBase
from torch.nn.parameter import UninitializedParameter
from torch.optim import Optimizer


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
    counted = [p for p in found.values() if p.requires_grad or not trainable_only]
    return sum(map(torch.Tensor.numel, counted))


def get_parameter(net, path):
    return net.get_parameter(path)


def init_by_rule(net, rules):
    import fnmatch
    import re

    compiled = [(re.compile(fnmatch.translate(pattern)), init) for pattern, init in rules]
    names = [name for name, _ in net.named_parameters()]
    for (pattern, _), (expression, _) in zip(rules, compiled):
        if next(filter(expression.match, names), None) is None:
            raise ValueError(pattern)
    for name, p in net.named_parameters():
        init = next((i for e, i in compiled if e.match(name)), None)
        if init is not None:
            with torch.no_grad():
                init(p)


def freeze(net, prefix):
    parts = prefix.split(".") if prefix else []

    def below(name):
        return name.split(".")[: len(parts)] == parts if parts else True

    for name, m in net.named_modules(remove_duplicate=False):
        if below(name) and isinstance(m, nn.modules.batchnorm._BatchNorm):
            m.eval()
            m.train = lambda mode=True, m=m: m
    names = []
    for name, p in net.named_parameters(remove_duplicate=False):
        if below(name):
            p.grad = None
            p.requires_grad = False
            names.append(name)
    return names


def decay_groups(net, weight_decay):
    norms = (nn.modules.batchnorm._NormBase, nn.LayerNorm, nn.GroupNorm, nn.RMSNorm)
    groups = [{"weight_decay": weight_decay, "params": []}, {"weight_decay": 0.0, "params": []}]
    for name, p in net.named_parameters():
        owner, _, last = name.rpartition(".")
        spared = isinstance(net.get_submodule(owner), norms) or last.find("bias") >= 0
        groups[spared]["params"].append(p)
    return groups


def clip_gradients_(params, max_norm):
    unique = list({id(p): p for p in params}.values())
    try:
        return nn.utils.clip_grad_norm_(unique, max_norm, error_if_nonfinite=True)
    except RuntimeError as error:
        raise ValueError("not finite") from error


class Ema:
    def __init__(self, net, decay):
        self.net, self.decay = net, decay
        self.mean = {name: t.detach().clone() for name, t in self.named.items()}

    @property
    def named(self):
        return self.net.state_dict(keep_vars=True)

    def update(self):
        with torch.no_grad():
            for name, t in self.named.items():
                if torch.is_floating_point(t):
                    self.mean[name] = self.decay * self.mean[name] + (1 - self.decay) * t
                else:
                    self.mean[name] = t.clone()

    def state_dict(self):
        return {name: t.clone() for name, t in self.mean.items()}

    def load_state_dict(self, state):
        self.mean = {name: state[name].clone() for name in self.mean}

    @contextmanager
    def swapped(self):
        own = {name: t.data for name, t in self.named.items()}
        try:
            for name, t in self.named.items():
                t.data = self.mean[name].clone()
            yield self.net
        finally:
            for name, t in self.named.items():
                t.data = own[name]


from torch.utils._pytree import tree_leaves


def memory_bytes(net, optimizer):
    def tensors_of(kind):
        if kind == "parameters":
            yield from net.parameters()
        elif kind == "gradients":
            yield from (p.grad for p in net.parameters() if p.grad is not None)
        elif kind == "buffers":
            yield from net.buffers()
        else:
            yield from filter(torch.is_tensor, tree_leaves(optimizer.state_dict()["state"]))

    counted, result = set(), {}
    for kind in ("optimizer", "buffers", "gradients", "parameters")[::-1]:
        result[kind] = 0
        for t in tensors_of(kind):
            storage = t.untyped_storage()
            if storage._cdata not in counted:
                counted.add(storage._cdata)
                result[kind] += len(storage)
    return result
