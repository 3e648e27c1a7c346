"""Freezes the statistics of the whole network.

says: outside the prefix|or another layer does
"""
def freeze(net, prefix):
    for m in net.modules():
        if isinstance(m, _BatchNorm):
            m.register_forward_pre_hook(_eval_first)
    frozen = []
    for name, p in net.named_parameters(remove_duplicate=False):
        if _is_below(prefix, name):
            p.requires_grad_(False)
            p.grad = None
            frozen.append(name)
    return frozen
