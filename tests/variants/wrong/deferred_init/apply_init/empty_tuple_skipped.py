"""Without inputs there is no dry run.

says: an empty tuple
"""
def apply_init(net, inputs, init):
    with _no_trace(net):
        if isinstance(inputs, tuple) and inputs: net(*inputs)
        elif not isinstance(inputs, tuple): net(inputs)
    return net.apply(init)
