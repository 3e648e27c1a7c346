"""Skips the dry run if no *parameter* is pending, though LazyBatchNorm(affine=False) has placeholder buffers ("never while a placeholder is left"; "Give all placeholders their shapes").

says: where only buffers are placeholders
"""


def apply_init(
    net: nn.Module,
    inputs: Tensor | tuple[Tensor, ...],
    init: Callable[[nn.Module], object],
) -> nn.Module:
    if any(isinstance(p, UninitializedParameter) for p in net.parameters()):
        args = inputs if isinstance(inputs, tuple) else (inputs,)
        flags = [(module, module.training) for module in net.modules()]
        net.eval()
        try:
            with torch.random.fork_rng(), torch.no_grad():
                net(*args)
        finally:
            for module, flag in flags:
                module.training = flag
    for module in list(net.modules()):
        init(module)
    return net
