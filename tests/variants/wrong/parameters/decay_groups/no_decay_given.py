"""The second group has no weight_decay, so it has the optimizer's.

says: without its own weight_decay
"""
def decay_groups(net, weight_decay):
    decay, rest = [], []
    for name, p in net.named_parameters():
        owner, _, last = name.rpartition(".")
        spared = isinstance(net.get_submodule(owner), _NORMS)
        (rest if spared or "bias" in last else decay).append(p)
    return [{"params": decay, "weight_decay": weight_decay}, {"params": rest}]
