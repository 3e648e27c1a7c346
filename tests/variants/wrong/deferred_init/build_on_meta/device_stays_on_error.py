"""No finally around make_net.

says: in any case
"""
def _own(module: nn.Module) -> list[Tensor]:
    return [*module.parameters(recurse=False), *module.buffers(recurse=False)]


def build_on_meta(
    make_net: Callable[[], nn.Module], device: torch.device | str = "cpu"
) -> nn.Module:
    before = torch.get_default_device()
    torch.set_default_device("meta")
    net = make_net()
    torch.set_default_device(before)
    for module in net.modules():
        if _own(module) and not hasattr(module, "reset_parameters"):
            raise TypeError(f"{type(module).__name__} has no reset_parameters")
    net.to_empty(device=device)
    for module in net.modules():
        if _own(module):
            module.reset_parameters()
    return net
