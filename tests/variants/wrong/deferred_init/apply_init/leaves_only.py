"""Containers get no init.

says: only some kinds of modules
"""
def apply_init(net, inputs, init):
    if isinstance(inputs, Tensor):
        inputs = (inputs,)
    flags = [(module, module.training) for module in net.modules()]
    net.eval()
    try:
        with torch.no_grad():
            net(*inputs)
    finally:
        for module, flag in flags:
            module.training = flag
    for module in net.modules():
        if next(module.children(), None) is None:
            init(module)
    return net
