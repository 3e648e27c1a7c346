"""try_all_gpus sorts the devices by their names, so cuda:10 comes before cuda:2 ("in order").

says: cuda:10 comes before cuda:2
"""
def num_gpus() -> int:
    return torch.cuda.device_count()


def try_gpu(i: int = 0) -> torch.device:
    if i < 0:
        raise ValueError("GPUs count from 0")
    return torch.device("cuda", i) if i < num_gpus() else torch.device("cpu")


def try_all_gpus() -> list[torch.device]:
    return sorted((try_gpu(i) for i in range(num_gpus())), key=str) or [torch.device("cpu")]
