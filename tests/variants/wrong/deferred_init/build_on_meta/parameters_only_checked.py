"""Forgets that a module may have buffers only.

says: holds leftover memory
"""
def build_on_meta(make_net, device="cpu"):
    with torch.device("meta"):
        net = make_net()
    net.to_empty(device=device)
    for m in net.modules():
        if hasattr(m, "reset_parameters"):
            m.reset_parameters()
        elif list(m.parameters(False)):
            raise TypeError(type(m).__name__)
    return net
