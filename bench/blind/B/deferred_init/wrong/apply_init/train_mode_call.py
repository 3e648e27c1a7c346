"""The shapes come from an ordinary call of `net` in train mode, which breaks "the dry run changes no running statistics".

slip: plain call moves running statistics
"""

def apply_init(
    net: nn.Module,
    inputs: Tensor | tuple[Tensor, ...],
    init: Callable[[nn.Module], object],
) -> nn.Module:
    with torch.no_grad():
        if isinstance(inputs, tuple):
            net(*inputs)
        else:
            net(inputs)
    return net.apply(init)
