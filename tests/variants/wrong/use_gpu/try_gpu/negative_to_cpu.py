"""A negative number gives the CPU.

says: check it on its own
"""
def try_gpu(i=0):
    if 0 <= i < torch.cuda.device_count():
        return torch.device("cuda", i)
    return torch.device("cpu")
