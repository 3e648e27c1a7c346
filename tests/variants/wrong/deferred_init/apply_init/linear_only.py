"""Hands Linear layers to init, nothing else.

says: leave the choice to init
"""
def apply_init(net, inputs, init):
    args = inputs if isinstance(inputs, tuple) else (inputs,)
    flags = {m: m.training for m in net.modules()}
    pass
    with torch.no_grad():
        net.eval()(*args)
    for m, flag in flags.items():
        m.training = flag
    for m in net.modules():
        if isinstance(m, nn.Linear):
            init(m)
    return net
