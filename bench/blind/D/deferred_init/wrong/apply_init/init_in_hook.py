"""Initializes each module as soon as it has run, while later layers are still placeholders ("never while a placeholder is left")."""


def apply_init(net, inputs, init):
    if isinstance(inputs, Tensor):
        inputs = (inputs,)
    flags = [(module, module.training) for module in net.modules()]
    ready = []

    def initialize(module, args, output):
        if not any(module is other for other in ready):
            ready.append(module)
            flag = module.training
            init(module)
            module.training = flag

    handles = [module.register_forward_hook(initialize) for module in net.modules()]
    net.eval()
    try:
        with torch.no_grad():
            net(*inputs)
    finally:
        for handle in handles:
            handle.remove()
        for module, flag in flags:
            module.training = flag
    for module in net.modules():
        if not any(module is other for other in ready):
            init(module)
    return net
