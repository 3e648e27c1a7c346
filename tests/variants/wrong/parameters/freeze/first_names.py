"""Knows a shared parameter by its first name only.

says: tell only the first
"""
def freeze(net, prefix):
    for name, m in net.named_modules():
        if _is_below(prefix, name) and isinstance(m, _BatchNorm):
            m.register_forward_pre_hook(_eval_first)
    frozen = []
    for name, p in net.named_parameters():
        if _is_below(prefix, name):
            p.requires_grad_(False)
            p.grad = None
            frozen.append(name)
    return frozen
