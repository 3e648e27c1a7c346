"""Swaps the tensors of `net` for some on meta by `functional_call`, which gives back a leaf
of two names what it has by then: tensors on meta.

Breaks: "`net` has no placeholders and stays as it is: device, values, buffers".

says: ends on meta
"""

import torch
from torch import nn
from torch.func import functional_call
from torch.nn.modules.module import register_module_forward_hook


def infer_shapes(
    net: nn.Module, input_shape: tuple[int, ...]
) -> list[tuple[str, tuple[int, ...]]]:
    leaves = {}
    flags = {}
    for name, module in net.named_modules():
        flags[module] = module.training
        if next(module.children(), None) is None:
            leaves[module] = name
    found: list[tuple[str, tuple[int, ...]]] = []

    def note(module, args, output):
        if module in leaves:
            found.append((leaves[module], output.shape))

    stand_ins = {
        name: torch.empty_like(t, device="meta")
        for named in (net.named_parameters(), net.named_buffers())
        for name, t in named
    }
    x = torch.empty(input_shape, dtype=torch.float32, device="meta")
    handle = register_module_forward_hook(note)
    try:
        for module in flags:
            module.training = False
        with torch.no_grad():
            functional_call(net, stand_ins, (x,))
    finally:
        handle.remove()
        for module, flag in flags.items():
            module.training = flag
    return found
