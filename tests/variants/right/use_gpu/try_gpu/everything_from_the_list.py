"""Try_gpu and num_gpus read the list of all GPUs."""
def _gpus() -> list[torch.device]:
    return [torch.device(f"cuda:{i}") for i in range(torch.cuda.device_count())]


def num_gpus() -> int:
    return len(_gpus())


def try_gpu(i: int = 0) -> torch.device:
    if i < 0:
        raise ValueError(f"no GPU has the number {i}")
    return next(iter(_gpus()[i:]), torch.device("cpu"))


def try_all_gpus() -> list[torch.device]:
    gpus = _gpus()
    if not gpus:
        gpus.append(torch.device("cpu"))
    return gpus
