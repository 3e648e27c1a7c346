"""Leaves the last gradients, which momentum and weight decay go on to use.

says: set it to None
"""
def freeze(net, prefix):
    for name, m in net.named_modules():
        if _is_below(prefix, name) and isinstance(m, _BatchNorm):
            m.register_forward_pre_hook(_eval_first)
    frozen = []
    for name, p in net.named_parameters(remove_duplicate=False):
        if _is_below(prefix, name):
            p.requires_grad_(False)
            frozen.append(name)
    return frozen
