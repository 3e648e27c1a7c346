"""A dry run that fails is passed over.

says: init is not called
"""
def apply_init(net, inputs, init):
    with _no_trace(net), suppress(Exception):
        net(*inputs) if isinstance(inputs, tuple) else net(inputs)
    return net.apply(init)
