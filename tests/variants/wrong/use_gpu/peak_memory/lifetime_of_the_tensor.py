"""What is counted ends with the first tensor on a storage, though a view or the autograd graph still holds the storage ("until nothing refers to it any more").

says: a view or autograd may hold a storage
"""
class _StorageMeter(TorchDispatchMode):
    def __init__(self, device: torch.device):
        super().__init__()
        self.device = device
        self.held = self.peak = 0
        self.known: set[int] = set()

    def here(self, tensor: Tensor) -> bool:
        if tensor.device.type != self.device.type:
            return False
        return self.device.index is None or tensor.device.index == self.device.index

    def free(self, key: int, size: int) -> None:
        self.known.discard(key)
        self.held -= size

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        out = func(*args, **kwargs)
        given = {
            t.untyped_storage()._cdata
            for t in tree_leaves((args, kwargs))
            if isinstance(t, Tensor)
        }
        for t in tree_leaves(out):
            if not isinstance(t, Tensor) or not self.here(t):
                continue
            storage = t.untyped_storage()
            key = storage._cdata
            if key in given or key in self.known:
                continue
            self.known.add(key)
            self.held += storage.nbytes()
            weakref.finalize(t, self.free, key, storage.nbytes())
        self.peak = max(self.peak, self.held)
        return out


def peak_memory(fn: Callable[[], object], device: Device) -> int:
    device = torch.device(device)
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
        start = torch.cuda.memory_allocated(device)
        fn()
        return torch.cuda.max_memory_allocated(device) - start
    with _StorageMeter(device) as meter:
        fn()
    return meter.peak
