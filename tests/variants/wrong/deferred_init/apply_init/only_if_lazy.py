"""Does nothing to a network without placeholders.

says: where nothing is lazy, too
"""
def apply_init(net, inputs, init):
    if not any(isinstance(p, UninitializedParameter) for p in net.parameters()):
        return net
    args = inputs if isinstance(inputs, tuple) else (inputs,)
    flags = {m: m.training for m in net.modules()}
    with torch.no_grad():
        net.eval()(*args)
    for m, flag in flags.items():
        m.training = flag
    return net.apply(init)
