"""Does not know the empty prefix.

says: empty prefix is the whole network
"""
def freeze(net, prefix):
    for name, m in net.named_modules():
        if (name + ".").startswith(prefix + ".") and isinstance(m, _BatchNorm):
            m.register_forward_pre_hook(_eval_first)
    frozen = []
    for name, p in net.named_parameters(remove_duplicate=False):
        if (name + ".").startswith(prefix + "."):
            p.requires_grad_(False)
            p.grad = None
            frozen.append(name)
    return frozen
