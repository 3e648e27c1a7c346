"""Knows BatchNorm and LayerNorm only.

says: GroupNorm and RMSNorm
"""
def decay_groups(net, weight_decay):
    decay, rest = [], []
    for name, p in net.named_parameters():
        owner, _, last = name.rpartition(".")
        spared = isinstance(net.get_submodule(owner), (_BatchNorm, nn.LayerNorm))
        (rest if spared or "bias" in last else decay).append(p)
    return [
        {"params": decay, "weight_decay": weight_decay},
        {"params": rest, "weight_decay": 0.0},
    ]
