"""Asks the current GPU.

says: the counters of the device given
"""
_other = peak_memory


def peak_memory(fn, device):
    device = torch.device(device)
    if device.type != "cuda":
        return _other(fn, device)
    start = torch.cuda.memory_allocated()
    torch.cuda.reset_peak_memory_stats()
    fn()
    return torch.cuda.max_memory_allocated() - start
