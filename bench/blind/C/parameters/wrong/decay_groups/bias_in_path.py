"""Looks for `bias` in the whole dotted name, so that `bias_net.weight` does not decay: breaks "in the last part of its name"."""


def decay_groups(net: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    norms = (_NormBase, nn.LayerNorm, nn.GroupNorm, nn.RMSNorm)
    in_norm = {
        id(p)
        for module in net.modules()
        if isinstance(module, norms)
        for p in module.parameters()
    }
    decay, rest = [], []
    for name, p in net.named_parameters():
        spared = "bias" in name or id(p) in in_norm
        (rest if spared else decay).append(p)
    return [
        {"params": decay, "weight_decay": weight_decay},
        {"params": rest, "weight_decay": 0.0},
    ]
