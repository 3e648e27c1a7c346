"""Initializes parameters, and forgets buffers.

says: buffers have initial values, too
"""
def build_on_meta(make_net, device="cpu"):
    with torch.device("meta"):
        net = make_net()
    net.to_empty(device=device)
    for m in net.modules():
        if hasattr(m, "reset_parameters"):
            kept = {n: b.clone() for n, b in m.named_buffers(recurse=False)}
            m.reset_parameters()
            for n, b in kept.items():
                setattr(m, n, b)
        elif list(m.parameters(False)) or list(m.buffers(False)):
            raise TypeError(type(m).__name__)
    return net
