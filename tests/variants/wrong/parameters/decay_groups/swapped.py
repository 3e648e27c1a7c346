"""The weight decay stands in the wrong group.

says: biases to the second
"""
def decay_groups(net, weight_decay):
    decay, rest = [], []
    for name, p in net.named_parameters():
        owner, _, last = name.rpartition(".")
        spared = isinstance(net.get_submodule(owner), _NORMS)
        (rest if spared or "bias" in last else decay).append(p)
    return [
        {"params": rest, "weight_decay": 0.0},
        {"params": decay, "weight_decay": weight_decay},
    ]
