"""Names that are registered with None count as tensors of the module.

Breaks: "TypeError: a module has tensors of its own, but no `reset_parameters`."
(`CrossEntropyLoss` registers its weight as None: it has no tensors, yet is refused.)

says: a name for None has no tensor
"""

from collections.abc import Callable

import torch
from torch import nn


def build_on_meta(
    make_net: Callable[[], nn.Module], device: torch.device | str = "cpu"
) -> nn.Module:
    with torch.device("meta"):
        net = make_net()
    owners = [m for m in net.modules() if m._parameters or m._buffers]
    for module in owners:
        if not hasattr(module, "reset_parameters"):
            raise TypeError(f"{type(module).__name__} has no reset_parameters")
    net.to_empty(device=device)
    for module in owners:
        module.reset_parameters()
    return net
