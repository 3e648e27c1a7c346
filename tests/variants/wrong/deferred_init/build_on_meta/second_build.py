"""Builds the network twice, and takes the values of the second.

says: second call makes another network
"""
def build_on_meta(make_net, device="cpu"):
    with torch.device("meta"):
        net = make_net()
    net.to_empty(device=device)
    for m in net.modules():
        if hasattr(m, "reset_parameters"):
            m.reset_parameters()
        elif list(m.parameters(False)) or list(m.buffers(False)):
            raise TypeError(type(m).__name__)
    if device != 'meta':
        net.load_state_dict(make_net().state_dict())
    return net
