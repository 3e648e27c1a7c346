"""Sizes by dtype, through a dict of all storages."""
def memory_bytes(net, optimizer):
    seen = {}

    def note(t, kind):
        s = t.untyped_storage()
        seen.setdefault(s.data_ptr(), (kind, s.size()))

    for p in net.parameters():
        note(p, "parameters")
    for p in net.parameters():
        if p.grad is not None:
            note(p.grad, "gradients")
    for b in net.buffers():
        note(b, "buffers")
    todo = list(optimizer.state.values())
    for v in todo:
        if isinstance(v, torch.Tensor):
            note(v, "optimizer")
        elif isinstance(v, dict):
            todo += v.values()
        elif isinstance(v, (list, tuple)):
            todo += v
    kinds = ["parameters", "gradients", "buffers", "optimizer"]
    return {k: sum(n for kind, n in seen.values() if kind == k) for k in kinds}
