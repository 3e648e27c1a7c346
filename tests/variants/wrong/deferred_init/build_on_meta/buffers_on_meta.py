"""Replaces parameters, and leaves buffers on meta.

says: buffers are left behind
"""
def build_on_meta(make_net, device="cpu"):
    with torch.device("meta"):
        net = make_net()
    for m in net.modules():
        for n, p in list(m.named_parameters(recurse=False)):
            setattr(m, n, nn.Parameter(torch.empty_like(p, device=device), p.requires_grad))
    for m in net.modules():
        if hasattr(m, "reset_parameters"):
            m.reset_parameters()
        elif list(m.parameters(False)) or list(m.buffers(False)):
            raise TypeError(type(m).__name__)
    return net
