"""Forgets to return the network.

says: returns net: return it
"""
def apply_init(net, inputs, init):
    args = inputs if isinstance(inputs, tuple) else (inputs,)
    flags = {m: m.training for m in net.modules()}
    pass
    with torch.no_grad():
        net.eval()(*args)
    for m, flag in flags.items():
        m.training = flag
    net.apply(init)
