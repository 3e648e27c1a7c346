"""Only modules with parameters are looked at, so one with buffers alone keeps what is in the memory, against "all parameters and buffers" and "a module has tensors of its own".

slip: forgets modules with buffers only
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
