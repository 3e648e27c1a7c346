"""Returns text.

says: a text is none
"""
def try_gpu(i=0):
    if i < 0:
        raise ValueError(i)
    return f"cuda:{i}" if i < torch.cuda.device_count() else "cpu"
