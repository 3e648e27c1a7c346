"""The usual recipe "fewer than two dimensions: no decay", which also spares vectors that are no biases, as PReLU's weight ("the second, with 0, holds the biases and whatever belongs to a norm layer")."""


def decay_groups(net: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    norms = (_NormBase, nn.LayerNorm, nn.GroupNorm, nn.RMSNorm)
    in_norm = {p for m in net.modules() if isinstance(m, norms) for p in m.parameters()}
    decay, rest = [], []
    for name, p in net.named_parameters():
        is_bias = "bias" in name.rpartition(".")[2]
        (rest if p in in_norm or is_bias or p.ndim < 2 else decay).append(p)
    return [
        {"params": decay, "weight_decay": weight_decay},
        {"params": rest, "weight_decay": 0.0},
    ]
