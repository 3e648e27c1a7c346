# my answers
import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
import torch
from torch import Tensor, nn
from torch.nn.parameter import UninitializedBuffer, UninitializedParameter


class _Lazy(nn.Module):
    def __init__(self, widths):
        super().__init__()
        self.layers = nn.ModuleList(nn.LazyLinear(w) for w in widths)

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = layer(x).clamp(min=0)
        return self.layers[-1](x)


def lazy_mlp(*widths):
    return _Lazy(widths)


def pending_parameters(net):
    names, seen = [], set()
    for prefix, module in net.named_modules():
        for name, p in module.named_parameters(recurse=False):
            if torch.nn.parameter.is_lazy(p) and id(p) not in seen:
                seen.add(id(p))
                names.append(f"{prefix}.{name}" if prefix else name)
    return names


@torch.no_grad()
def dry_run(net, *inputs):
    state = torch.get_rng_state()
    modes = [(m, m.training) for m in net.modules()]
    for m, _ in modes:
        m.training = False
    try:
        out = net(*inputs)
    finally:
        torch.set_rng_state(state)
        for m, mode in modes:
            m.train(mode) if not list(m.children()) else setattr(m, "training", mode)
    return tuple(out.shape)


def apply_init(net, inputs, init):
    if not isinstance(inputs, tuple):
        inputs = (inputs,)
    dry_run(net, *inputs)
    for module in net.modules():
        init(module)
    return net


def first_mismatch(net, x):
    from torch.nn.modules.module import (
        register_module_forward_hook,
        register_module_forward_pre_hook,
    )

    twin = copy.deepcopy(net)
    for m in twin.modules():
        m.training = False
    names = {m: n for n, m in twin.named_modules()}
    open_leaves = []

    def enter(module, args):
        if not list(module.children()):
            open_leaves.append(names[module])

    def leave(module, args, output):
        if not list(module.children()):
            open_leaves.pop()

    handles = [register_module_forward_pre_hook(enter), register_module_forward_hook(leave)]
    try:
        with torch.no_grad():
            twin(x)
    except (RuntimeError, ValueError):
        return open_leaves[-1]
    finally:
        for handle in handles:
            handle.remove()
