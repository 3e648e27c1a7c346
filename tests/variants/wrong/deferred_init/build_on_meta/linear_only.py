r"""Initializes Linear layers only.

says: reset_parameters\(\)
"""
def build_on_meta(make_net, device="cpu"):
    with torch.device("meta"):
        net = make_net()
    net.to_empty(device=device)
    for m in net.modules():
        if isinstance(m, nn.Linear):
            m.reset_parameters()
        elif list(m.parameters(False)) + list(m.buffers(False)) and not hasattr(m, "reset_parameters"):
            raise TypeError(type(m).__name__)
    return net
