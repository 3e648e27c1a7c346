"""try_all_gpus appends the CPU to the GPUs ("all GPUs …, or of the CPU alone if there is none").

slip: the CPU listed among the GPUs
"""

def num_gpus() -> int:
    return torch.cuda.device_count()


def try_gpu(i: int = 0) -> torch.device:
    if i < 0:
        raise ValueError("GPUs count from 0")
    return torch.device("cuda", i) if i < num_gpus() else torch.device("cpu")


def try_all_gpus() -> list[torch.device]:
    return [torch.device("cuda", i) for i in range(num_gpus())] + [torch.device("cpu")]
