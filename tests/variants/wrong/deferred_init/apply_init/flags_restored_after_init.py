"""Calls init before the flags are restored, so that a module which init has put into
eval mode is put back ("The dry run ... leaves the `training` flags as they were", and
then comes init).

says: after the dry run
"""

def apply_init(
    net: nn.Module,
    inputs: Tensor | tuple[Tensor, ...],
    init: Callable[[nn.Module], object],
) -> nn.Module:
    args = inputs if isinstance(inputs, tuple) else (inputs,)
    flags = [(module, module.training) for module in net.modules()]
    net.eval()
    try:
        with torch.no_grad():
            net(*args)
        for module, _ in flags:
            init(module)
    finally:
        for module, flag in flags:
            module.training = flag
    return net
