"""Puts the layers into eval mode, which lasts until net.train().

says: net\.train\(\) undoes eval
"""
def freeze(net, prefix):
    frozen = []
    for name, m in net.named_modules():
        if not prefix or name == prefix or name.startswith(prefix + "."):
            if isinstance(m, _BatchNorm):
                m.eval()
    for name, p in net.named_parameters(remove_duplicate=False):
        if not prefix or name == prefix or name.startswith(prefix + "."):
            p.requires_grad_(False)
            p.grad = None
            frozen.append(name)
    return frozen
