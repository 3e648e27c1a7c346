"""Any() stops at a true result.

says: what init returns does not count
"""
def apply_init(
    net: nn.Module,
    inputs: Tensor | tuple[Tensor, ...],
    init: Callable[[nn.Module], object],
) -> nn.Module:
    dry_run(net, *(inputs if isinstance(inputs, tuple) else (inputs,)))
    any(map(init, net.modules()))
    return net
