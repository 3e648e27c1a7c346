"""Passes over modules without parameters.

says: leave the choice to init
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
