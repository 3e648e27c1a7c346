"""The list of norm layers has no InstanceNorm, so the weight of an InstanceNorm2d(affine=True)
decays, against "those of the BatchNorm and InstanceNorm families".

slip: forgot the InstanceNorm family
"""


def decay_groups(net: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    norms = (_BatchNorm, nn.LayerNorm, nn.GroupNorm, nn.RMSNorm)
    decay, rest, seen = [], [], set()
    for prefix, module in net.named_modules():
        for name, p in module.named_parameters(prefix, recurse=False):
            if p in seen:
                continue
            seen.add(p)
            if isinstance(module, norms) or "bias" in name.rpartition(".")[2]:
                rest.append(p)
            else:
                decay.append(p)
    return [
        {"params": decay, "weight_decay": weight_decay},
        {"params": rest, "weight_decay": 0.0},
    ]
