"""Asks torch.accelerator on whatever is its device, CUDA or not."""
_other = peak_memory


def peak_memory(fn, device):
    place = torch.device(device)
    if place.type in ("cpu", "meta"):
        return _other(fn, place)
    torch.accelerator.synchronize(place)
    torch.accelerator.reset_peak_memory_stats(place)
    before = torch.accelerator.memory_allocated(place)
    fn()
    torch.accelerator.synchronize(place)
    return torch.accelerator.max_memory_allocated(place) - before
