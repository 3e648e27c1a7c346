"""Checks before it allocates, module by module."""
def build_on_meta(make_net, device="cpu"):
    with torch.device("meta"):
        net = make_net()
    own = [
        m
        for m in net.modules()
        if len(list(m.parameters(False))) + len(list(m.buffers(False))) > 0
    ]
    lacking = {type(m).__name__ for m in own if not callable(getattr(m, "reset_parameters", None))}
    if lacking:
        raise TypeError("no reset_parameters in " + ", ".join(sorted(lacking)))
    for m in own:
        m.to_empty(device=device, recurse=False)
        m.reset_parameters()
    return net
