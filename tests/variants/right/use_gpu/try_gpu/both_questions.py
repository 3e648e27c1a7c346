"""Asks is_available and device_count; parses names such as cuda:1."""
def num_gpus() -> int:
    return torch.cuda.device_count() if torch.cuda.is_available() else 0


def try_gpu(i: int = 0) -> torch.device:
    if not i >= 0:
        raise ValueError(i)
    found = dict(enumerate(d for d in try_all_gpus() if d.type == "cuda"))
    return found.get(i, torch.device("cpu"))


def try_all_gpus() -> list[torch.device]:
    found = []
    while len(found) < num_gpus():
        found.append(torch.device(f"cuda:{len(found)}"))
    if not found:
        found.append(torch.device("cpu"))
    return found
