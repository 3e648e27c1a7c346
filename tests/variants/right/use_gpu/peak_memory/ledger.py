"""An account of storages by id; calls torch.cuda.init first."""
class _Ledger(TorchDispatchMode):
    """Keeps account of storages with finalizers, not with a set of weak references."""

    def __init__(self, device):
        super().__init__()
        self.device = device
        self.sizes = {}
        self.now = self.peak = 0

    def _book(self, key, size):
        self.now += size - self.sizes.get(key, 0)
        self.sizes[key] = size
        self.peak = max(self.peak, self.now)

    def _drop(self, key):
        self.now -= self.sizes.pop(key)

    def _stores(self, tree):
        found = {}
        for leaf in tree_leaves(tree):
            if isinstance(leaf, Tensor) and _is_on(leaf, self.device):
                try:
                    store = leaf.untyped_storage()
                except (NotImplementedError, RuntimeError):
                    continue
                found[id(store)] = store
        return found

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        given = self._stores((args, kwargs))
        if func is torch.ops.aten.lift_fresh.default:  # torch.tensor makes its argument
            given = {}
        result = func(*args, **kwargs)
        for key, store in {**given, **self._stores(result)}.items():
            if key not in self.sizes:
                if key in given:
                    continue
                weakref.finalize(store, self._drop, key).atexit = False
            self._book(key, store.nbytes())
        return result


def peak_memory(fn: Callable[[], object], device: Device) -> int:
    where = torch.device(device)
    if where.type != "cuda":
        ledger = _Ledger(where)
        with ledger:
            fn()
        return ledger.peak
    torch.cuda.init()
    torch.cuda.reset_peak_memory_stats(where)
    held = torch.cuda.memory_stats(where).get("allocated_bytes.all.current", 0)
    fn()
    return torch.cuda.memory_stats(where).get("allocated_bytes.all.peak", 0) - held
