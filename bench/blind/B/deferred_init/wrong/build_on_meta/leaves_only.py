"""Only modules without children are given values, so a parent's own parameters keep what is in the memory, against "a module sets the values of its own tensors".

slip: gives values to leaves only
"""

def _own(module: nn.Module) -> list[Tensor]:
    return [*module.parameters(recurse=False), *module.buffers(recurse=False)]


def build_on_meta(
    make_net: Callable[[], nn.Module], device: torch.device | str = "cpu"
) -> nn.Module:
    with torch.device("meta"):
        net = make_net()
    for module in net.modules():
        if _own(module) and not hasattr(module, "reset_parameters"):
            raise TypeError(f"{type(module).__name__} has no reset_parameters")
    net.to_empty(device=device)
    for module in net.modules():
        if not list(module.children()) and _own(module):
            module.reset_parameters()
    return net
