"""Refuses any parameter without a shape before it counts, also a frozen one."""
def count_parameters(net, trainable_only=False):
    everything = list(net.parameters())
    if any(map(torch.nn.parameter.is_lazy, everything)):
        raise ValueError("run the network once: a lazy layer has no shape yet")
    wanted = filter(lambda p: p.requires_grad >= trainable_only, everything)
    return sum(p.nelement() for p in wanted)
