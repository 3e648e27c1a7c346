"""Counts the children's tensors.

says: recurse=False
"""
def build_on_meta(
    make_net: Callable[[], nn.Module], device: torch.device | str = "cpu"
) -> nn.Module:
    with torch.device("meta"):
        net = make_net()
    todo = [m for m in net.modules() if list(m.parameters()) or list(m.buffers())]
    for module in todo:
        if not callable(getattr(module, "reset_parameters", None)):
            raise TypeError(f"{type(module).__name__} has no reset_parameters")
    net.to_empty(device=device)
    for module in todo:
        module.reset_parameters()
    return net
