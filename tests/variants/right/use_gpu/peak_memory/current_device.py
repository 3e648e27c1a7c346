"""On a GPU within torch.cuda.device, elsewhere as before."""
_other = peak_memory


def peak_memory(fn, device):
    if not str(device).startswith("cuda"):
        return _other(fn, device)
    with torch.cuda.device(torch.device(device)):
        torch.cuda.reset_peak_memory_stats()
        start = torch.cuda.max_memory_allocated()
        fn()
        return int(torch.cuda.max_memory_allocated() - start)
