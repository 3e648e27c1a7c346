"""Adds up everything that is ever made.

says: that is no sum
"""
_other = peak_memory


class _Sum(_Storages):
    def count(self, nbytes):
        if nbytes > 0:
            super().count(nbytes)


def peak_memory(fn, device):
    device = torch.device(device)
    if device.type == "cuda":
        return _other(fn, device)
    with _Sum(device) as storages:
        fn()
    return storages.peak
