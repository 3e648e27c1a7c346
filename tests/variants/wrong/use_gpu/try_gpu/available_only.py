"""is_available in place of the count.

says: compare i with num_gpus
"""
def try_gpu(i=0):
    if i < 0:
        raise ValueError(i)
    return torch.device("cuda", i) if torch.cuda.is_available() else torch.device("cpu")
