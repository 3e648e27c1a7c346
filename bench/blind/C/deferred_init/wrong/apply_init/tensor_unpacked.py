"""Unpacks `inputs` always, so that a single tensor is taken apart into its rows, which goes well for one row only: breaks "`inputs` is the input of the dry run, or a tuple of inputs"."""


def apply_init(
    net: nn.Module,
    inputs: Tensor | tuple[Tensor, ...],
    init: Callable[[nn.Module], object],
) -> nn.Module:
    dry_run(net, *inputs)
    for module in net.modules():
        init(module)
    return net
