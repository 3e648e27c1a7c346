"""On meta, nothing is checked.

says: leftover memory|on the device meta
"""
def build_on_meta(make_net, device="cpu"):
    device = torch.device(device)
    with torch.device("meta"):
        net = make_net()
    if device.type == "meta":
        return net
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
