"""Keeps weak references to storages and adds up, after every operator, those that still live; no callbacks."""

def _spot(thing: Any) -> tuple[str, int] | None:
    return (thing.device.type, thing.device.index or 0) if isinstance(thing, Tensor) else None


def peak_memory(fn: Callable[[], object], device: Device) -> int:
    place = torch.device(device)
    if place.type == "cuda":
        before = torch.cuda.memory_allocated(place)
        torch.cuda.reset_peak_memory_stats(place)
        fn()
        return torch.cuda.max_memory_allocated(place) - before

    ledger: list[tuple[weakref.ref, int]] = []
    heights = [0]

    def storages(tree):
        for leaf in tree_leaves(tree):
            spot = _spot(leaf)
            if spot and spot[0] == place.type and place.index in (None, spot[1]):
                yield leaf.untyped_storage()

    class Survey(TorchDispatchMode):
        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            fresh = func is torch.ops.aten.lift_fresh.default
            known = [] if fresh else list(storages([args, kwargs]))
            known = {s._cdata for s in known}
            result = func(*args, **(kwargs or {}))
            ledger[:] = [entry for entry in ledger if entry[0]() is not None]
            known |= {s._cdata for ref, _ in ledger if (s := ref()) is not None}
            for storage in storages(result):
                if storage._cdata not in known:
                    known.add(storage._cdata)
                    ledger.append((weakref.ref(storage), storage.nbytes()))
            heights[0] = max(heights[0], sum(size for _, size in ledger))
            return result

    with Survey():
        fn()
    return heights[0]
