"""An AttributeError of `init` is suppressed "for modules without a weight", so an error in the caller's function is hidden and the module stays uninitialized, against "`init(module)` is called" as given.

slip: swallows the errors of init
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
