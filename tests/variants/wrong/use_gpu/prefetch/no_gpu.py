"""Raises on every CUDA device.

says: CUDA is not available
"""
_elsewhere = prefetch


def prefetch(loader, device):
    if torch.device(device).type == "cuda":
        raise RuntimeError("CUDA is not available")
    return _elsewhere(loader, device)
