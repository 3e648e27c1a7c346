"""A device without its index.

says: without an index is whichever is current
"""
def try_gpu(i=0):
    if i < 0:
        raise ValueError(i)
    return torch.device("cuda") if i < torch.cuda.device_count() else torch.device("cpu")
