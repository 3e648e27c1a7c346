"""With GPUs, a negative index counts from the end.

says: check it on its own
"""


def num_gpus() -> int:
    return torch.cuda.device_count()


def try_gpu(i: int = 0) -> torch.device:
    gpus = [torch.device("cuda", k) for k in range(num_gpus())]
    try:
        return gpus[i]
    except IndexError:
        if i < 0:
            raise ValueError(f"GPUs count from 0, not {i}") from None
        return torch.device("cpu")


def try_all_gpus() -> list[torch.device]:
    return [torch.device("cuda", i) for i in range(num_gpus())] or [torch.device("cpu")]
