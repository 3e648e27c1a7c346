"""Looks for `bias` anywhere in the name.

says: only the last part of the name
"""
def decay_groups(net, weight_decay):
    decay, rest = [], []
    for name, p in net.named_parameters():
        owner = net.get_submodule(name.rpartition(".")[0])
        (rest if "bias" in name or isinstance(owner, _NORMS) else decay).append(p)
    return [
        {"params": decay, "weight_decay": weight_decay},
        {"params": rest, "weight_decay": 0.0},
    ]
