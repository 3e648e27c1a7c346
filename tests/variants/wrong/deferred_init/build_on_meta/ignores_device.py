"""Always allocates on the CPU.

says: where the argument device says
"""
def build_on_meta(make_net, device="cpu"):
    with torch.device("meta"):
        net = make_net()
    net.to_empty(device="cpu")
    for m in net.modules():
        if hasattr(m, "reset_parameters"):
            m.reset_parameters()
        elif list(m.parameters(False)) or list(m.buffers(False)):
            raise TypeError(type(m).__name__)
    return net
