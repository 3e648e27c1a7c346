"""Asks torch.accelerator, if it is CUDA's; names devices by f-string."""
def num_gpus():
    kind = torch.accelerator.current_accelerator()
    if kind is None or kind.type != "cuda":
        return 0
    return torch.accelerator.device_count()


def try_gpu(i=0):
    if i < 0:
        raise ValueError("negative")
    try:
        return [torch.device(f"cuda:{k}") for k in range(num_gpus())][i]
    except IndexError:
        return torch.device("cpu")


def try_all_gpus():
    found = []
    for k in range(num_gpus()):
        found.append(torch.device(f"cuda:{k}"))
    if not found:
        found.append(torch.device("cpu", 0))
    return found
