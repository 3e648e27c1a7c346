"""A negative number is just smaller than the count.

says: check it on its own|must not be negative|takes a negative
"""
def try_gpu(i=0):
    if torch.cuda.device_count() >= i + 1:
        return torch.device("cuda", i)
    return torch.device("cpu")
