"""Passes over a BatchNorm that is in eval mode when freeze is called.

says: in eval mode at first
"""
def freeze(net, prefix):
    names = []
    for n, m in net.named_modules(remove_duplicate=False):
        if _is_below(prefix, n) and isinstance(m, _BatchNorm) and m.training:
            m.register_forward_pre_hook(_eval_first)
    for n, p in net.named_parameters(remove_duplicate=False):
        if _is_below(prefix, n):
            p.requires_grad_(False)
            p.grad = None
            names.append(n)
    return names
