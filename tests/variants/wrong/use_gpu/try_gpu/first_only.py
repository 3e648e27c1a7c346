"""Ignores the number.

says: the number asked for does not count|does not return the GPU
"""
def try_gpu(i=0):
    if i < 0:
        raise ValueError(i)
    return torch.device("cuda", 0) if i < torch.cuda.device_count() else torch.device("cpu")
