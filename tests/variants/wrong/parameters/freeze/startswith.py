"""Compares letters, not parts of the path.

says: '1' is not the start of '10\.bias'
"""
def freeze(net, prefix):
    frozen = []
    for name, m in net.named_modules():
        if name.startswith(prefix) and isinstance(m, _BatchNorm):
            m.register_forward_pre_hook(_eval_first)
    for name, p in net.named_parameters(remove_duplicate=False):
        if name.startswith(prefix):
            p.requires_grad_(False)
            p.grad = None
            frozen.append(name)
    return frozen
