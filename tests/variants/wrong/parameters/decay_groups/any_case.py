"""Finds bias in letters of any case.

says: not just the biases
"""
def decay_groups(net, weight_decay):
    decay, rest = [], []
    seen = set()
    for m in net.modules():
        for n, p in m.named_parameters(recurse=False):
            if p not in seen:
                seen.add(p)
                (rest if "bias" in n.lower() or isinstance(m, _NORMS) else decay).append(p)
    return [{"params": decay, "weight_decay": weight_decay}, {"params": rest, "weight_decay": 0.0}]
