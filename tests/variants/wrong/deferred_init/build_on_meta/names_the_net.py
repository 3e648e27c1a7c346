"""Message names the network's class.

says: name the class
"""
def _own(module: nn.Module) -> list[Tensor]:
    return [*module.parameters(recurse=False), *module.buffers(recurse=False)]


def build_on_meta(
    make_net: Callable[[], nn.Module], device: torch.device | str = "cpu"
) -> nn.Module:
    with torch.device("meta"):
        net = make_net()
    if any(_own(m) and not hasattr(m, "reset_parameters") for m in net.modules()):
        raise TypeError(f"{type(net).__name__} cannot be built on meta: no reset_parameters")
    net.to_empty(device=device)
    for module in net.modules():
        if _own(module):
            module.reset_parameters()
    return net
