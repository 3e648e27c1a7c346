"""Gives every BatchNorm layer a train() that keeps it in eval mode."""
def freeze(net, prefix):
    parts = prefix.split(".") if prefix else []

    def below(name):
        return name.split(".")[: len(parts)] == parts if parts else True

    for name, m in net.named_modules(remove_duplicate=False):
        if below(name) and isinstance(m, nn.modules.batchnorm._BatchNorm):
            m.eval()
            m.train = lambda mode=True, m=m: m
    names = []
    for name, p in net.named_parameters(remove_duplicate=False):
        if below(name):
            p.grad = None
            p.requires_grad = False
            names.append(name)
    return names
