"""Makes every parameter trainable.

says: requires_grad and training flags stay as
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
    net.requires_grad_(True)
    return net
