"""Does the dry run in training mode.

says: updates its running statistics
"""
def apply_init(net, inputs, init):
    args = inputs if isinstance(inputs, tuple) else (inputs,)
    with torch.no_grad():
        net(*args)
    return net.apply(init)
