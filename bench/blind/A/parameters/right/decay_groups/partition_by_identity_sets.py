"""First gathers the ids of all that must not decay, over all names, then splits net.parameters().

slip: sets of ids, then two comprehensions
"""


def decay_groups(net: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    spared = {
        id(p)
        for name, p in net.named_parameters(remove_duplicate=False)
        if "bias" in name.split(".").pop()
    }
    for m in net.modules():
        if isinstance(m, _NormBase | nn.LayerNorm | nn.GroupNorm | nn.RMSNorm):
            spared |= set(map(id, m.parameters(recurse=False)))
    by_kind: dict[bool, list[nn.Parameter]] = {False: [], True: []}
    for p in net.parameters():
        by_kind[id(p) in spared].append(p)
    return [dict(params=by_kind[k], weight_decay=d) for k, d in ((False, weight_decay), (True, 0.0))]
