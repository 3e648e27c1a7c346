"""Everything with fewer than two dimensions goes without decay, so a vector of scales of the
network's own does not decay and a LayerNorm over two dimensions does, against "the second (...)
holds the biases and whatever belongs to a norm layer".

slip: went by the number of dimensions
"""


def decay_groups(net: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    params = list(net.named_parameters())
    rest = [p for name, p in params if p.dim() < 2 or "bias" in name.split(".")[-1]]
    ids = {id(p) for p in rest}
    decay = [p for _, p in params if id(p) not in ids]
    return [
        {"params": decay, "weight_decay": weight_decay},
        {"params": rest, "weight_decay": 0.0},
    ]
