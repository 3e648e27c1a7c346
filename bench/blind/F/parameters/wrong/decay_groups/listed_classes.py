"""Lists the norm classes by dimension, so SyncBatchNorm (and the lazy ones before they are materialised) decay ("those of the BatchNorm and InstanceNorm families")."""

_NORMS = (
    nn.BatchNorm1d,
    nn.BatchNorm2d,
    nn.BatchNorm3d,
    nn.InstanceNorm1d,
    nn.InstanceNorm2d,
    nn.InstanceNorm3d,
    nn.LayerNorm,
    nn.GroupNorm,
    nn.RMSNorm,
)


def decay_groups(net: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    exempt = {p for m in net.modules() if isinstance(m, _NORMS) for p in m.parameters()}
    decay, rest = [], []
    for name, p in net.named_parameters():
        is_bias = "bias" in name.rpartition(".")[2]
        (rest if is_bias or p in exempt else decay).append(p)
    return [
        {"params": decay, "weight_decay": weight_decay},
        {"params": rest, "weight_decay": 0.0},
    ]
