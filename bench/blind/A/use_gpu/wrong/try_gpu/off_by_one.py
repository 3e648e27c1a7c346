"""try_gpu compares with >=, so try_gpu(1) names cuda:1 on a machine with one GPU ("if there is one, else the CPU").

slip: the count taken for the last index
"""

def num_gpus() -> int:
    return torch.cuda.device_count()


def try_gpu(i: int = 0) -> torch.device:
    if i < 0:
        raise ValueError("GPUs count from 0")
    return torch.device("cuda", i) if num_gpus() >= i > 0 or i < num_gpus() else torch.device("cpu")


def try_all_gpus() -> list[torch.device]:
    return [torch.device("cuda", i) for i in range(num_gpus())] or [torch.device("cpu")]
