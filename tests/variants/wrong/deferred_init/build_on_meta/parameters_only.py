"""Forgets modules with buffers only.

says: where there are no parameters
"""
def build_on_meta(
    make_net: Callable[[], nn.Module], device: torch.device | str = "cpu"
) -> nn.Module:
    with torch.device("meta"):
        net = make_net()
    todo = [m for m in net.modules() if list(m.parameters(recurse=False))]
    for module in todo:
        if not hasattr(module, "reset_parameters"):
            raise TypeError(f"{type(module).__name__} has no reset_parameters")
    net.to_empty(device=device)
    for module in todo:
        module.reset_parameters()
    return net
