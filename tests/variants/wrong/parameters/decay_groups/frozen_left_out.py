"""Leaves out what is frozen.

says: frozen parameters belong to a group
"""
def decay_groups(net, weight_decay):
    decay, rest = [], []
    for name, p in net.named_parameters():
        if not p.requires_grad:
            continue
        owner, _, last = name.rpartition(".")
        spared = isinstance(net.get_submodule(owner), _NORMS)
        (rest if spared or "bias" in last else decay).append(p)
    return [
        {"params": decay, "weight_decay": weight_decay},
        {"params": rest, "weight_decay": 0.0},
    ]
