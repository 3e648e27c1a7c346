"""Asks for reset_parameters only where there are parameters, so buffers without it stay garbage ("TypeError: a module has tensors of its own, but no `reset_parameters`"; buffers are such tensors)."""


def build_on_meta(
    make_net: Callable[[], nn.Module], device: torch.device | str = "cpu"
) -> nn.Module:
    with torch.device("meta"):
        net = make_net()
    net.to_empty(device=device)
    for module in net.modules():
        params = list(module.parameters(recurse=False))
        buffers = list(module.buffers(recurse=False))
        reset = getattr(module, "reset_parameters", None)
        if params and reset is None:
            raise TypeError(f"{type(module).__name__} has no reset_parameters")
        if (params or buffers) and reset is not None:
            reset()
    return net
