"""The values are set inside the `with`, where a tensor that `reset_parameters` makes is on meta, too, against "the initial values that a normal build gives them".

slip: sets the values inside the with
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
