"""The output of a frozen part is detached.

says: through a frozen part
"""
class _D:
    def __call__(self, m, a, out):
        return out.detach()
def freeze(net, prefix):
    names = []
    for n, m in net.named_modules(remove_duplicate=False):
        if _is_below(prefix, n) and isinstance(m, _BatchNorm):
            m.register_forward_pre_hook(_eval_first)
            m.register_forward_hook(_D())
    for n, p in net.named_parameters(remove_duplicate=False):
        if _is_below(prefix, n):
            p.requires_grad_(False)
            p.grad = None
            names.append(n)
    return names
