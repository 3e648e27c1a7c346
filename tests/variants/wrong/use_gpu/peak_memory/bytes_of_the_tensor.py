"""Counts the bytes that a tensor shows, not those of its storage.

says: with all its bytes
"""
_other = peak_memory


class _Shown(_Storages):
    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        given = _storages_of((args, kwargs), self.device)
        out = func(*args, **(kwargs or {}))
        for t in tree_leaves(out):
            if isinstance(t, Tensor) and _is_on(t, self.device):
                s = t.untyped_storage()
                if s not in given:
                    self.count(t.nbytes)
                    weakref.finalize(s, self.count, -t.nbytes)
        return out


def peak_memory(fn, device):
    device = torch.device(device)
    if device.type == "cuda":
        return _other(fn, device)
    with _Shown(device) as storages:
        fn()
    return storages.peak
