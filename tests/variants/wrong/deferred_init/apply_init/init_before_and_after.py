"""Initializes before and after the dry run.

says: init came before the dry run
"""
def apply_init(net, inputs, init):
    args = inputs if isinstance(inputs, tuple) else (inputs,)
    flags = {m: m.training for m in net.modules()}
    net.apply(init)
    with torch.no_grad():
        net.eval()(*args)
    for m, flag in flags.items():
        m.training = flag
    return net.apply(init)
