"""Looks at parameters only when it asks for reset_parameters, so that a module with nothing but a buffer gets random memory and no error: breaks "TypeError: a module has tensors of its own, but no `reset_parameters`"."""


def build_on_meta(
    make_net: Callable[[], nn.Module], device: torch.device | str = "cpu"
) -> nn.Module:
    with torch.device("meta"):
        net = make_net()
    for module in net.modules():
        own = list(module.parameters(recurse=False))
        if own and not hasattr(module, "reset_parameters"):
            raise TypeError(f"{type(module).__name__} has no reset_parameters")
    net.to_empty(device=device)
    for module in net.modules():
        own = [*module.parameters(recurse=False), *module.buffers(recurse=False)]
        if own and hasattr(module, "reset_parameters"):
            module.reset_parameters()
    return net
