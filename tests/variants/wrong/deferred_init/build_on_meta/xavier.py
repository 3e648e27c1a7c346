"""Gives every weight the same kind of values.

says: knows its own initial values
"""
def build_on_meta(make_net, device="cpu"):
    with torch.device("meta"):
        net = make_net()
    net.to_empty(device=device)
    for m in net.modules():
        if not hasattr(m, "reset_parameters") and (list(m.parameters(False)) or list(m.buffers(False))):
            raise TypeError(type(m).__name__)
    for p in net.parameters():
        nn.init.normal_(p)
    return net
