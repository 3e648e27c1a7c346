"""Unusual: one dict from storage to its first kind, filled with `setdefault`, then
summed up; nested state is walked with a stack.
"""


def memory_bytes(net: nn.Module, optimizer: Optimizer) -> dict[str, int]:
    owner: dict[tuple[torch.device, int], tuple[str, int]] = {}

    def claim(kind: str, t: Tensor) -> None:
        storage = t.untyped_storage()
        if storage.nbytes():
            key = (storage.device, storage.data_ptr())
            owner.setdefault(key, (kind, storage.nbytes()))

    for p in net.parameters():
        claim("parameters", p)
    for p in net.parameters():
        if p.grad is not None:
            claim("gradients", p.grad)
    for b in net.buffers():
        claim("buffers", b)
    stack: list[Any] = list(optimizer.state.values())
    while stack:
        match stack.pop():
            case Tensor() as t:
                claim("optimizer", t)
            case Mapping() as m:
                stack.extend(m.values())
            case list() | tuple() | set() as items:
                stack.extend(items)
    totals = dict.fromkeys(("parameters", "gradients", "buffers", "optimizer"), 0)
    for kind, size in owner.values():
        totals[kind] += size
    return totals
