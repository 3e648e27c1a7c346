"""A bias is only what ends in `bias`.

says: bias_hh_l0 are biases too
"""
def decay_groups(net: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    norms = (_NormBase, nn.LayerNorm, nn.GroupNorm, nn.RMSNorm)
    decay, rest, seen = [], [], set()
    for prefix, module in net.named_modules():
        for name, p in module.named_parameters(prefix, recurse=False):
            if p in seen:
                continue
            seen.add(p)
            if isinstance(module, norms) or name.endswith("bias"):
                rest.append(p)
            else:
                decay.append(p)
    return [
        {"params": decay, "weight_decay": weight_decay},
        {"params": rest, "weight_decay": 0.0},
    ]
