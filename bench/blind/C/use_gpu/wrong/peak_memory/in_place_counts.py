"""Counts every storage that it has not seen, that of a tensor from before the start, too, once an operator views it or works on it in place: breaks "storages from before the start do not count"."""


class _StorageCounter(TorchDispatchMode):
    def __init__(self, device: torch.device):
        super().__init__()
        self.device = device
        self.sizes: dict[int, int] = {}
        self.held = self.peak = 0

    def _storages(self, tree: Any) -> list:
        return [
            leaf.untyped_storage()
            for leaf in tree_leaves(tree)
            if isinstance(leaf, Tensor)
            and leaf.device.type == self.device.type
            and self.device.index in (None, leaf.device.index)
        ]

    def _release(self, key: int) -> None:
        self.held -= self.sizes.pop(key)

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        for storage in self._storages(result):
            key = storage._cdata
            if key in self.sizes:
                continue
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
