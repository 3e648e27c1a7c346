"""Passes over parameters that require no gradients, so they are in no group and cannot be thawed
later, against "frozen ones and shared ones too".

slip: left the frozen parameters out
"""


def decay_groups(net: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    norms = (_NormBase, nn.LayerNorm, nn.GroupNorm, nn.RMSNorm)
    decay, rest, seen = [], [], set()
    for prefix, module in net.named_modules():
        for name, p in module.named_parameters(prefix, recurse=False):
            if p in seen or not p.requires_grad:
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
