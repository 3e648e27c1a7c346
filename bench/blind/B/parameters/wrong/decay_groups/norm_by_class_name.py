"""A layer is a norm layer when its class is called so, which misses a subclass with another name
and takes a Linear called NormedHead, against "and their subclasses".

slip: knew norm layers by their class name
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
