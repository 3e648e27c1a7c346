"""Does the eval-mode call itself, then recurses over the children by hand."""
def _init_below(module: nn.Module, init: Callable[[nn.Module], object]) -> None:
    init(module)
    for child in module.children():
        _init_below(child, init)


def apply_init(
    net: nn.Module,
    inputs: Tensor | tuple[Tensor, ...],
    init: Callable[[nn.Module], object],
) -> nn.Module:
    args = (inputs,) if isinstance(inputs, Tensor) else inputs
    flags = {m: m.training for m in net.modules()}
    try:
        net.eval()
        with torch.no_grad(), torch.random.fork_rng():
            net(*args)
    finally:
        for m, flag in flags.items():
            m.training = flag
    _init_below(net, init)
    return net
