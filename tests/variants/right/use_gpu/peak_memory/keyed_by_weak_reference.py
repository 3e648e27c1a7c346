"""A WeakKeyDictionary-like table by storage address, with callbacks of weak references."""
def peak_memory(fn: Callable[[], object], device: Device) -> int:
    spot = torch.device(device)
    if spot.type == "cuda":
        torch.cuda.reset_peak_memory_stats(spot)
        floor = torch.cuda.memory_allocated(spot)
        fn()
        return torch.cuda.max_memory_allocated(spot) - floor
    alive: dict[weakref.ref, int] = {}
    keys: dict[int, weakref.ref] = {}
    high = [0]

    def tensors(tree: Any) -> list[Tensor]:
        return [leaf for leaf in tree_leaves(tree) if isinstance(leaf, Tensor)]

    class Eye(TorchDispatchMode):
        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            kwargs = dict(kwargs or {})
            before = {t.untyped_storage()._cdata for t in tensors((args, kwargs))}
            result = func(*args, **kwargs)
            for t in tensors(result):
                store = t.untyped_storage()
                key = store._cdata
                if t.device.type != spot.type or key in before or key in keys:
                    continue
                if spot.index is not None and t.device.index != spot.index:
                    continue

                def gone(ref: weakref.ref, key: int = key) -> None:
                    alive.pop(ref, None)
                    keys.pop(key, None)

                keys[key] = ref = weakref.ref(store, gone)
                alive[ref] = store.nbytes()
            high[0] = max(high[0], sum(alive.values()))
            return result

    with Eye():
        fn()
    return high[0]
