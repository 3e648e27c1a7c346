"""A negative index is refused only on the way to a GPU; without GPUs the CPU comes back ("whether there are GPUs or not").

says: check it on its own
"""
def num_gpus() -> int:
    return torch.cuda.device_count()


def try_gpu(i: int = 0) -> torch.device:
    if num_gpus() == 0:
        return torch.device("cpu")
    if i < 0:
        raise ValueError("GPUs count from 0")
    return torch.device("cuda", i) if i < num_gpus() else torch.device("cpu")


def try_all_gpus() -> list[torch.device]:
    return [torch.device("cuda", i) for i in range(num_gpus())] or [torch.device("cpu")]
