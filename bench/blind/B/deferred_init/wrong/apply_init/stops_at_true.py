"""The calls are made inside `any`, which stops at the first true result, against "`init(module)` is called for every module".

slip: any() stops at a true result
"""

def apply_init(
    net: nn.Module,
    inputs: Tensor | tuple[Tensor, ...],
    init: Callable[[nn.Module], object],
) -> nn.Module:
    dry_run(net, *(inputs if isinstance(inputs, tuple) else (inputs,)))
    any(map(init, net.modules()))
    return net
