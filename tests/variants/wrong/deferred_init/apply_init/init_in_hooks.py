"""Initializes while later layers are pending.

says: before the dry run was over
"""
def apply_init(
    net: nn.Module,
    inputs: Tensor | tuple[Tensor, ...],
    init: Callable[[nn.Module], object],
) -> nn.Module:
    def hook(module, args, output):
        init(module)

    handles = [module.register_forward_hook(hook) for module in net.modules()]
    try:
        dry_run(net, *(inputs if isinstance(inputs, tuple) else (inputs,)))
    finally:
        for handle in handles:
            handle.remove()
    return net
