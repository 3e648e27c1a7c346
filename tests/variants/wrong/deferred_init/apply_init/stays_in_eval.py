"""Leaves the network in eval mode.

says: give each its flag back
"""
def apply_init(net, inputs, init):
    args = inputs if isinstance(inputs, tuple) else (inputs,)
    with torch.no_grad():
        net.eval()(*args)
    return net.apply(init)
