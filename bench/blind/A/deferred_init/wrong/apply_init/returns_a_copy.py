"""A copy is shaped and initialized, and `net` keeps its placeholders, which breaks "give all placeholders their shapes" and "return `net`".

slip: works on a copy of net
"""

def apply_init(
    net: nn.Module,
    inputs: Tensor | tuple[Tensor, ...],
    init: Callable[[nn.Module], object],
) -> nn.Module:
    net = copy.deepcopy(net)
    dry_run(net, *(inputs if isinstance(inputs, tuple) else (inputs,)))
    return net.apply(init)
