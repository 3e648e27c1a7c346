"""Switches the tracking off: the statistics stay, but the batch's own are used.

says: batch's own statistics are used
"""
def freeze(net, prefix):
    frozen = []
    for name, m in net.named_modules():
        if not prefix or name == prefix or name.startswith(prefix + "."):
            if isinstance(m, _BatchNorm):
                m.track_running_stats = False
    for name, p in net.named_parameters(remove_duplicate=False):
        if not prefix or name == prefix or name.startswith(prefix + "."):
            p.requires_grad_(False)
            p.grad = None
            frozen.append(name)
    return frozen
