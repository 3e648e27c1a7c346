"""Tells a norm layer by the word norm in its name.

says: type tells a norm layer
"""
def decay_groups(net, weight_decay):
    decay, rest = [], []
    for name, p in net.named_parameters():
        (rest if "norm" in name or "bias" in name.rpartition(".")[2] else decay).append(p)
    return [
        {"params": decay, "weight_decay": weight_decay},
        {"params": rest, "weight_decay": 0.0},
    ]
