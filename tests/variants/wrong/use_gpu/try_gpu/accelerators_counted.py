"""torch.accelerator is asked, which counts devices that are no CUDA devices ("the number of CUDA devices").

says: counts devices of any kind
"""
def num_gpus() -> int:
    return torch.accelerator.device_count()


def try_gpu(i: int = 0) -> torch.device:
    if i < 0:
        raise ValueError("GPUs count from 0")
    return torch.device("cuda", i) if i < num_gpus() else torch.device("cpu")


def try_all_gpus() -> list[torch.device]:
    return [torch.device("cuda", i) for i in range(num_gpus())] or [torch.device("cpu")]
