"""The inputs are always unpacked, so a batch of two rows becomes two inputs, against "the input of the dry run, or a tuple of inputs".

slip: star unpacks the rows of a tensor
"""

def apply_init(
    net: nn.Module,
    inputs: Tensor | tuple[Tensor, ...],
    init: Callable[[nn.Module], object],
) -> nn.Module:
    dry_run(net, *inputs)
    return net.apply(init)
