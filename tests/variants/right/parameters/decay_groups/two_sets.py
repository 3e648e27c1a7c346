"""A set for each group; norm layers listed one by one."""
def decay_groups(net, weight_decay):
    norms = (
        nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d, nn.SyncBatchNorm,
        nn.InstanceNorm1d, nn.InstanceNorm2d, nn.InstanceNorm3d,
        nn.LayerNorm, nn.GroupNorm, nn.RMSNorm,
    )
    spared = set()
    for m in net.modules():
        for key, p in m._parameters.items():
            if p is not None and (isinstance(m, norms) or "bias" in key):
                spared.add(p)
    return [
        dict(params=[p for p in net.parameters() if p not in spared], weight_decay=weight_decay),
        dict(params=[p for p in net.parameters() if p in spared], weight_decay=0),
    ]
