"""Looks for "bias" in the whole dotted name, so the weight of a submodule called `debias` does not
decay, against "in the last part of its name".

slip: looked for bias in the whole name
"""


def decay_groups(net: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    norms = (_NormBase, nn.LayerNorm, nn.GroupNorm, nn.RMSNorm)
    decay, rest, seen = [], [], set()
    for prefix, module in net.named_modules():
        for name, p in module.named_parameters(prefix, recurse=False):
            if p in seen:
                continue
            seen.add(p)
            if isinstance(module, norms) or "bias" in name:
                rest.append(p)
            else:
                decay.append(p)
    return [
        {"params": decay, "weight_decay": weight_decay},
        {"params": rest, "weight_decay": 0.0},
    ]
