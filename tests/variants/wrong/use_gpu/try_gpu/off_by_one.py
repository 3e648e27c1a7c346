"""One GPU too many.

says: the last one is num_gpus
"""
def try_gpu(i=0):
    if i < 0:
        raise ValueError(i)
    return torch.device("cuda", i) if i <= torch.cuda.device_count() else torch.device("cpu")
