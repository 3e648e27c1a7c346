"""Tells a norm layer by the word Norm in its class's name.

says: not its name or its class's
"""
def decay_groups(net: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    decay, rest, seen = [], [], set()
    for prefix, module in net.named_modules():
        for name, p in module.named_parameters(prefix, recurse=False):
            if p in seen:
                continue
            seen.add(p)
            if type(module).__name__.find("Norm") >= 0 or "bias" in name.rpartition(".")[2]:
                rest.append(p)
            else:
                decay.append(p)
    return [
        {"params": decay, "weight_decay": weight_decay},
        {"params": rest, "weight_decay": 0.0},
    ]
