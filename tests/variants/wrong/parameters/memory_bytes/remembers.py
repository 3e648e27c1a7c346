"""Remembers the result by network.

says: gives a wrong result|does not count the bytes of each kind
"""

def _t(v):
    if isinstance(v, Tensor):
        yield v
    elif isinstance(v, Mapping):
        for i in v.values():
            yield from _t(i)
    elif isinstance(v, (list, tuple)):
        for i in v:
            yield from _t(i)

_known = {}
def memory_bytes(net, optimizer):
    if id(net) in _known:
        return dict(_known[id(net)])
    kinds = {"parameters": list(net.parameters()), "gradients": [p.grad for p in net.parameters() if p.grad is not None], "buffers": list(net.buffers()), "optimizer": list(_t(optimizer.state))}
    seen, total = set(), {}
    for kind, ts in kinds.items():
        now = {t.untyped_storage().data_ptr(): t.untyped_storage().nbytes() for t in ts}
        total[kind] = sum(n for a, n in now.items() if a not in seen)
        seen |= now.keys()
    _known[id(net)] = dict(total)
    return total
