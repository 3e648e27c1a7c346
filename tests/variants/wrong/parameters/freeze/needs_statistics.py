"""Puts the statistics back behind each run, and needs some.

says: without statistics
"""
class _Stay:
    def __init__(self, m):
        self.s = m.running_mean.clone(), m.running_var.clone()
    def __call__(self, m, a):
        m.eval()
        m.running_mean.copy_(self.s[0])
        m.running_var.copy_(self.s[1])
def freeze(net, prefix):
    names = []
    for n, m in net.named_modules(remove_duplicate=False):
        if _is_below(prefix, n) and isinstance(m, _BatchNorm):
            m.register_forward_pre_hook(_Stay(m))
    for n, p in net.named_parameters(remove_duplicate=False):
        if _is_below(prefix, n):
            p.requires_grad_(False)
            p.grad = None
            names.append(n)
    return names
