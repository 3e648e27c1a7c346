"""Goes module by module, so that a tied weight comes twice.

says: counts once, under its first name
"""
def decay_groups(net, weight_decay):
    decay, rest = [], []
    for m in net.modules():
        for name, p in m.named_parameters(recurse=False):
            (rest if "bias" in name or isinstance(m, _NORMS) else decay).append(p)
    return [
        {"params": decay, "weight_decay": weight_decay},
        {"params": rest, "weight_decay": 0.0},
    ]
