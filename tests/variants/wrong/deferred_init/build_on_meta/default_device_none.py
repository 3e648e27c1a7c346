"""Default device reset to None.

says: gives back what was before
"""
def _own(module: nn.Module) -> list[Tensor]:
    return [*module.parameters(recurse=False), *module.buffers(recurse=False)]


def build_on_meta(
    make_net: Callable[[], nn.Module], device: torch.device | str = "cpu"
) -> nn.Module:
    torch.set_default_device("meta")
    try:
        net = make_net()
    finally:
        torch.set_default_device(None)
    for module in net.modules():
        if _own(module) and not hasattr(module, "reset_parameters"):
            raise TypeError(f"{type(module).__name__} has no reset_parameters")
    net.to_empty(device=device)
    for module in net.modules():
        if _own(module):
            module.reset_parameters()
    return net
