"""Only the modules below `net` are initialized, which breaks "`net` itself included".

slip: forgets net itself
"""

def apply_init(
    net: nn.Module,
    inputs: Tensor | tuple[Tensor, ...],
    init: Callable[[nn.Module], object],
) -> nn.Module:
    dry_run(net, *(inputs if isinstance(inputs, tuple) else (inputs,)))
    for child in net.children():
        child.apply(init)
    return net
