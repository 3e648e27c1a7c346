"""Hands a tuple over as one.

says: argument of its own
"""
def apply_init(net, inputs, init):
    flags = {m: m.training for m in net.modules()}
    if isinstance(inputs, tuple) and len(inputs) == 1:
        inputs = inputs[0]
    with torch.no_grad():
        net.eval()(inputs)
    for m, flag in flags.items():
        m.training = flag
    return net.apply(init)
