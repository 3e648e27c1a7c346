"""Looks for a tensor, keeps flags by hand, parents first."""
def apply_init(net, inputs, init):
    args = [inputs] if torch.is_tensor(inputs) else list(inputs)
    flags = [m.training for m in net.modules()]
    net.train(False)
    net(*args)
    for m, flag in zip(net.modules(), flags):
        m.training = flag
    [init(m) for _, m in net.named_modules()]
    return net
