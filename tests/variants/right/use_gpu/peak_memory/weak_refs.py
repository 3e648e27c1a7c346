"""Weak references to storages, asked at every operator whether they are gone."""
from torch.multiprocessing.reductions import StorageWeakRef


class _Meter(TorchDispatchMode):
    def __init__(self, kind):
        super().__init__()
        self.kind, self.alive, self.foreign, self.peak = kind, {}, set(), 0

    def refs(self, tree):
        for t in tree_leaves(tree):
            if isinstance(t, Tensor) and t.device.type == self.kind:
                s = t.untyped_storage()
                yield StorageWeakRef(s), s.nbytes()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        for ref, _ in self.refs((args, kwargs or {})):
            if ref not in self.alive:
                self.foreign.add(ref)
        out = func(*args, **(kwargs or {}))
        self.alive = {r: n for r, n in self.alive.items() if not r.expired()}
        for ref, n in self.refs(out):
            if ref not in self.foreign:
                self.alive[ref] = n
        self.peak = max(self.peak, sum(self.alive.values()))
        return out


def peak_memory(fn, device):
    d = torch.device(device)
    if d.type != "cuda":
        with _Meter(d.type) as meter:
            fn()
        return meter.peak
    torch.cuda.synchronize(d)
    torch.cuda.reset_peak_memory_stats(d)
    before = torch.cuda.memory_stats(d)["allocated_bytes.all.current"]
    fn()
    torch.cuda.synchronize(d)
    return torch.cuda.memory_stats(d)["allocated_bytes.all.peak"] - before
