"""Modules without parameters of their own are passed over, against "called for every module in `net`".

slip: passes over modules without parameters
"""

def apply_init(
    net: nn.Module,
    inputs: Tensor | tuple[Tensor, ...],
    init: Callable[[nn.Module], object],
) -> nn.Module:
    dry_run(net, *(inputs if isinstance(inputs, tuple) else (inputs,)))
    for module in net.modules():
        if any(True for _ in module.parameters(recurse=False)):
            init(module)
    return net
