"""A tensor is put on the device to see whether it is there ("nothing is put on the device").

says: does not return the GPU that is asked for
"""
def num_gpus() -> int:
    return torch.cuda.device_count()


def try_gpu(i: int = 0) -> torch.device:
    if i < 0:
        raise ValueError("GPUs count from 0")
    try:
        return torch.zeros(1, device=f"cuda:{i}").device
    except (RuntimeError, AssertionError):
        return torch.device("cpu")


def try_all_gpus() -> list[torch.device]:
    return [torch.device("cuda", i) for i in range(num_gpus())] or [torch.device("cpu")]
