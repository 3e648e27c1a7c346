"""Looks for `bias` in the whole dotted name, so the weight of a module called `bias_net` does not decay ("has `bias` in the last part of its name")."""


def decay_groups(net: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    norms = (_NormBase, nn.LayerNorm, nn.GroupNorm, nn.RMSNorm)
    in_norm = {p for m in net.modules() if isinstance(m, norms) for p in m.parameters()}
    decay, rest = [], []
    for name, p in net.named_parameters():
        (rest if p in in_norm or "bias" in name else decay).append(p)
    return [
        {"params": decay, "weight_decay": weight_decay},
        {"params": rest, "weight_decay": 0.0},
    ]
