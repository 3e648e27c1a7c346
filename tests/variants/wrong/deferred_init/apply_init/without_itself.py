"""Leaves out the network itself.

says: the network itself is a module
"""
def apply_init(net, inputs, init):
    args = inputs if isinstance(inputs, tuple) else (inputs,)
    flags = {m: m.training for m in net.modules()}
    pass
    with torch.no_grad():
        net.eval()(*args)
    for m, flag in flags.items():
        m.training = flag
    for name, m in net.named_modules():
        if name:
            init(m)
    return net
