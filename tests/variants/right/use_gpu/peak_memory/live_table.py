"""A table of weak references to live storages, summed anew after every operator."""
def peak_memory(fn: Callable[[], object], device: Device) -> int:
    place = torch.device(device)
    if place.type == "cuda":
        before = torch.cuda.memory_allocated(place)
        torch.cuda.reset_peak_memory_stats(place)
        fn()
        return torch.cuda.max_memory_allocated(place) - before

    live: dict[int, tuple[weakref.ref, int]] = {}
    peak = 0

    class Watch(TorchDispatchMode):
        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            nonlocal peak
            out = func(*args, **(kwargs or {}))
            for key in [key for key, (ref, _) in live.items() if ref() is None]:
                del live[key]
            old = {
                t.untyped_storage()._cdata
                for t in tree_leaves([args, kwargs])
                if isinstance(t, Tensor)
            }
            for t in tree_leaves(out):
                if isinstance(t, Tensor) and t.device.type == place.type:
                    if place.index not in (None, t.device.index):
                        continue
                    storage = t.untyped_storage()
                    if storage._cdata not in old | live.keys():
                        entry = weakref.ref(storage), storage.nbytes()
                        live[storage._cdata] = entry
            peak = max(peak, sum(size for _, size in live.values()))
            return out

    with Watch():
        fn()
    return peak
