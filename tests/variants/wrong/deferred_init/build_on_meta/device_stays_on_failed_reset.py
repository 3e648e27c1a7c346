"""The default device stays where a reset raises.

says: gives back what was before
"""
def build_on_meta(make_net, device="cpu"):
    with torch.device("meta"):
        net = make_net()
    net.to_empty(device=device)
    before = torch.get_default_device()
    torch.set_default_device(device)
    for module in net.modules():
        if hasattr(module, "reset_parameters"):
            module.reset_parameters()
        elif [*module.parameters(recurse=False), *module.buffers(recurse=False)]:
            torch.set_default_device(before)
            raise TypeError(f"{type(module).__name__} has no reset_parameters")
    torch.set_default_device(before)
    return net
