"""Runs without gradients but in the mode in which the net is, so that batch norm in training mode updates its averages: breaks "The dry run changes no running statistics"."""


def apply_init(
    net: nn.Module,
    inputs: Tensor | tuple[Tensor, ...],
    init: Callable[[nn.Module], object],
) -> nn.Module:
    if isinstance(inputs, Tensor):
        inputs = (inputs,)
    with torch.no_grad():
        net(*inputs)
    return net.apply(init)
