"""A match on the inputs and a loop over modules() instead of apply."""
def apply_init(
    net: nn.Module,
    inputs: Tensor | tuple[Tensor, ...],
    init: Callable[[nn.Module], object],
) -> nn.Module:
    match inputs:
        case tuple():
            dry_run(net, *inputs)
        case _:
            dry_run(net, inputs)
    for module in list(net.modules()):
        init(module)
    return net
