"""Lists each module's own parameters without remembering them, so a weight that two layers share
is in the group twice, against "Every parameter of the network is in exactly one group (...)
shared ones too".

slip: listed tied parameters twice
"""


def decay_groups(net: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    norms = (_NormBase, nn.LayerNorm, nn.GroupNorm, nn.RMSNorm)
    decay: list[Tensor] = []
    rest: list[Tensor] = []
    for module in net.modules():
        for name, p in module.named_parameters(recurse=False):
            group = rest if isinstance(module, norms) or "bias" in name else decay
            group.append(p)
    return [
        {"params": decay, "weight_decay": weight_decay},
        {"params": rest, "weight_decay": 0.0},
    ]
