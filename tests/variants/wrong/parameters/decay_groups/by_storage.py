"""A parameter on the storage of another one is left out.

says: whatever memory lies behind
"""
def decay_groups(net, weight_decay):
    decay, rest = [], []
    seen = set()
    for m in net.modules():
        for n, p in m.named_parameters(recurse=False):
            if (p.untyped_storage()._cdata, p.device) not in seen:
                seen.add((p.untyped_storage()._cdata, p.device))
                (rest if "bias" in n or isinstance(m, _NORMS) else decay).append(p)
    return [{"params": decay, "weight_decay": weight_decay}, {"params": rest, "weight_decay": 0.0}]
