"""Names of everything in a norm layer first, then one loop over all names."""
def decay_groups(net, weight_decay):
    norms = (nn.modules.batchnorm._NormBase, nn.LayerNorm, nn.GroupNorm, nn.RMSNorm)
    groups = [{"weight_decay": weight_decay, "params": []}, {"weight_decay": 0.0, "params": []}]
    for name, p in net.named_parameters():
        owner, _, last = name.rpartition(".")
        spared = isinstance(net.get_submodule(owner), norms) or last.find("bias") >= 0
        groups[spared]["params"].append(p)
    return groups
