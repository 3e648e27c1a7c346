"""Leaves meta as the default device.

says: when that is meta no more
"""
def build_on_meta(make_net, device="cpu"):
    torch.set_default_device("meta")
    net = make_net()
    net.to_empty(device=device)
    for m in net.modules():
        if hasattr(m, "reset_parameters"):
            m.reset_parameters()
        elif list(m.parameters(False)) or list(m.buffers(False)):
            raise TypeError(type(m).__name__)
    return net
