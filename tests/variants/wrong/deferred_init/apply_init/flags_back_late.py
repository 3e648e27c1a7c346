"""The flags come back after init.

says: what init does stays
"""
def apply_init(net, inputs, init):
    flags = [(m, m.training) for m in net.modules()]
    with _no_trace(net):
        net(*inputs) if isinstance(inputs, tuple) else net(inputs)
    net.apply(init)
    for m, f in flags: m.training = f
    return net
