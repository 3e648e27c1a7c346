"""With GPUs, i = -1 is the last GPU ("ValueError: i is negative, whether there are GPUs or not")."""

def try_gpu(i: int = 0) -> torch.device:
    gpus = [torch.device("cuda", k) for k in range(torch.cuda.device_count())]
    try:
        return gpus[i]
    except IndexError:
        if i < 0:
            raise ValueError(f"i must not be negative, got {i}") from None
        return torch.device("cpu")
