"""Writes down for every storage the first kind that has it, by setdefault, and adds up in the end.

slip: a map from storage to its first kind
"""


def _tensors(value):
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _tensors(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _tensors(part)



def memory_bytes(net: nn.Module, optimizer: Optimizer) -> dict[str, int]:
    from collections import Counter

    owner: dict[tuple, tuple[str, int]] = {}

    def note(kind, t):
        s = t.untyped_storage()
        owner.setdefault((s.device, s.data_ptr()), (kind, s.nbytes()))

    for p in net.parameters():
        note("parameters", p)
    for p in net.parameters():
        if p.grad is not None:
            note("gradients", p.grad)
    for b in net.buffers():
        note("buffers", b)
    for t in _tensors(dict(optimizer.state)):
        note("optimizer", t)
    total = Counter(dict.fromkeys(("parameters", "gradients", "buffers", "optimizer"), 0))
    for kind, size in owner.values():
        total[kind] += size
    return dict(total)
