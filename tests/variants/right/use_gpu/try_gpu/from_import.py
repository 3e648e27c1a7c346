"""Imports device_count by name; the list goes through try_gpu."""
from torch.cuda import device_count, is_available


def num_gpus():
    return device_count() if is_available() else 0


def try_gpu(i=0):
    if i < 0:
        raise ValueError(i)
    if num_gpus() >= i + 1:
        return torch.device(type="cuda", index=i)
    return torch.device("cpu")


def try_all_gpus():
    return [try_gpu(i) for i in range(max(1, num_gpus()))]
