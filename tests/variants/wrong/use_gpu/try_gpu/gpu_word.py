"""torch.device("gpu").

says: torch's word for a GPU is
"""
def try_gpu(i=0):
    if i < 0:
        raise ValueError(i)
    return torch.device(f"gpu:{i}") if i < torch.cuda.device_count() else torch.device("cpu")
