"""Sets the values inside the with.

says: when that is meta no more
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
            if _own(module):
                module.reset_parameters()
    return net
