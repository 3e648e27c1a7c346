"""Returns at once if the network has no placeholders, without init ("Then `init(module)` is called for every module in `net`")."""


def apply_init(net, inputs, init):
    if not any(isinstance(p, UninitializedParameter) for p in net.parameters()):
        return net
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
    return net.apply(init)
