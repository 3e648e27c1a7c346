"""Sets the default device back to "cpu", not to what the caller had ("The default device is what it was before")."""


def _own_tensors(module: nn.Module) -> list[Tensor]:
    own = [*module.parameters(recurse=False), *module.buffers(recurse=False)]
    return own


def build_on_meta(
    make_net: Callable[[], nn.Module], device: torch.device | str = "cpu"
) -> nn.Module:
    torch.set_default_device("meta")
    try:
        net = make_net()
    finally:
        torch.set_default_device("cpu")
    for module in net.modules():
        if _own_tensors(module) and not hasattr(module, "reset_parameters"):
            raise TypeError(f"{type(module).__name__} has no reset_parameters")
    net.to_empty(device=device)
    for module in net.modules():
        if _own_tensors(module):
            module.reset_parameters()
    return net
