"""Counts results that are one tensor, but not those of operators that return several (topk, layer norm): breaks "what operators return is counted"."""


class _StorageCounter(TorchDispatchMode):
    def __init__(self, device: torch.device):
        super().__init__()
        self.device = device
        self.sizes: dict[int, int] = {}
        self.held = self.peak = 0

    def _on_device(self, value: Any) -> bool:
        return (
            isinstance(value, Tensor)
            and value.device.type == self.device.type
            and self.device.index in (None, value.device.index)
        )

    def _release(self, key: int) -> None:
        self.held -= self.sizes.pop(key)

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        given = {
            leaf.untyped_storage()._cdata
            for leaf in tree_leaves((args, kwargs))
            if self._on_device(leaf)
        }
        result = func(*args, **kwargs)
        if self._on_device(result):
            storage = result.untyped_storage()
            key = storage._cdata
            if key not in self.sizes and key not in given:
                self.sizes[key] = storage.nbytes()
                self.held += storage.nbytes()
                weakref.finalize(storage, self._release, key).atexit = False
        self.peak = max(self.peak, self.held)
        return result


def peak_memory(fn: Callable[[], object], device: Device) -> int:
    device = torch.device(device)
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
        start = torch.cuda.memory_allocated(device)
        fn()
        return torch.cuda.max_memory_allocated(device) - start
    if device.type == "cpu":
        device = torch.device("cpu")
    with _StorageCounter(device) as counter:
        fn()
    return counter.peak
