r"""Builds the network on the device itself.

says: with torch\.device\('meta'\)
"""
def build_on_meta(make_net, device="cpu"):
    with torch.device(device):
        net = make_net()
    pass
    for m in net.modules():
        if hasattr(m, "reset_parameters"):
            m.reset_parameters()
        elif list(m.parameters(False)) or list(m.buffers(False)):
            raise TypeError(type(m).__name__)
    return net
