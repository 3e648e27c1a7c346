"""Lists the norm layers by hand and forgets SyncBatchNorm ("those of the BatchNorm and
InstanceNorm families").

says: InstanceNorm, GroupNorm and RMSNorm are norm layers
"""


def decay_groups(net: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    norms = (
        nn.BatchNorm1d,
        nn.BatchNorm2d,
        nn.BatchNorm3d,
        nn.InstanceNorm1d,
        nn.InstanceNorm2d,
        nn.InstanceNorm3d,
        nn.LazyBatchNorm1d,
        nn.LazyBatchNorm2d,
        nn.LazyBatchNorm3d,
        nn.LazyInstanceNorm1d,
        nn.LazyInstanceNorm2d,
        nn.LazyInstanceNorm3d,
        nn.LayerNorm,
        nn.GroupNorm,
        nn.RMSNorm,
    )
    in_norm = {p for m in net.modules() if isinstance(m, norms) for p in m.parameters()}
    decay, rest = [], []
    for name, p in net.named_parameters():
        is_bias = "bias" in name.rpartition(".")[2]
        (rest if p in in_norm or is_bias else decay).append(p)
    return [
        {"params": decay, "weight_decay": weight_decay},
        {"params": rest, "weight_decay": 0.0},
    ]
