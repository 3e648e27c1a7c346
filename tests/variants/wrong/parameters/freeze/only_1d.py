"""Thinks of BatchNorm1d only.

says: for images
"""
def freeze(net, prefix):
    frozen = []
    for name, m in net.named_modules():
        if not prefix or name == prefix or name.startswith(prefix + "."):
            if isinstance(m, nn.BatchNorm1d):
                m.register_forward_pre_hook(_eval_first)
    for name, p in net.named_parameters(remove_duplicate=False):
        if not prefix or name == prefix or name.startswith(prefix + "."):
            p.requires_grad_(False)
            p.grad = None
            frozen.append(name)
    return frozen
