"""Refuses any parameter without a shape, also a frozen one that would not count.

says: for a lazy layer that is frozen
"""
def count_parameters(net, trainable_only=False):
    everything = list(net.parameters())
    if any(map(torch.nn.parameter.is_lazy, everything)):
        raise ValueError("run the network once: a lazy layer has no shape yet")
    wanted = filter(lambda p: p.requires_grad >= trainable_only, everything)
    return sum(p.nelement() for p in wanted)
