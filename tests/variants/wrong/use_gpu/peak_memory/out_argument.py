"""Knows old storages from the positional arguments only: torch.add(a, a, out=old) counts the bytes of old ("storages from before the start do not count").

says: what was there before the start
"""

class _Peak(TorchDispatchMode):
    def __init__(self, device: torch.device):
        super().__init__()
        self.device = device
        self.alive = {}
        self.now = self.peak = 0

    def _there(self, tensor: Any) -> bool:
        if not isinstance(tensor, Tensor) or tensor.device.type != self.device.type:
            return False
        return self.device.index in (None, tensor.device.index or 0)

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        given = set()
        if func is not torch.ops.aten.lift_fresh.default:
            for value in tree_leaves(args):
                if self._there(value):
                    given.add(value.untyped_storage()._cdata)
        out = func(*args, **kwargs)
        for value in tree_leaves(out):
            if self._there(value):
                self._count(value, given)
        return out

    def _count(self, tensor: Tensor, given: set[int]) -> None:
        storage = tensor.untyped_storage()
        key, size = storage._cdata, storage.nbytes()
        if key in given or key in self.alive:
            return

        def gone(_) -> None:
            del self.alive[key]
            self.now -= size

        self.alive[key] = weakref.ref(storage, gone)
        self.now += size
        self.peak = max(self.peak, self.now)


def peak_memory(fn: Callable[[], object], device: Device) -> int:
    device = torch.device(device)
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
        start = torch.cuda.memory_allocated(device)
        fn()
        return torch.cuda.max_memory_allocated(device) - start
    with _Peak(device) as peak:
        fn()
    return peak.peak
