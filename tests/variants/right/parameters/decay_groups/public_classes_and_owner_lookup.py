"""Public norm classes, the owner of a name by get_submodule, a verdict over all names."""
def decay_groups(net: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    norms = [nn.LayerNorm, nn.GroupNorm, nn.RMSNorm, nn.SyncBatchNorm]
    for d in "123":
        for family in ("BatchNorm", "InstanceNorm"):
            norms += [getattr(nn, f"{family}{d}d"), getattr(nn, f"Lazy{family}{d}d")]
    norms.append(_NormBase)

    def spared(name):
        owner, _, last = name.rpartition(".")
        return "bias" in last or isinstance(net.get_submodule(owner), tuple(norms))

    verdict: dict[nn.Parameter, bool] = {}
    for name, p in net.named_parameters(remove_duplicate=False):
        verdict[p] = verdict.get(p, False) or spared(name)
    return [
        {"weight_decay": weight_decay, "params": [p for p, no in verdict.items() if not no]},
        {"weight_decay": 0.0, "params": [p for p, no in verdict.items() if no]},
    ]
