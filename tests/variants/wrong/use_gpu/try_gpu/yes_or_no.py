"""Counts one at most.

says: not how many there are
"""
def num_gpus():
    return int(torch.cuda.is_available())


def try_all_gpus():
    gpus = [torch.device("cuda", i) for i in range(torch.cuda.device_count())]
    return gpus or [torch.device("cpu")]
