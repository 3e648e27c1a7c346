"""The list has the CPU at its end always.

says: the CPU is listed only if there is no GPU
"""
def try_all_gpus():
    gpus = [torch.device("cuda", i) for i in range(torch.cuda.device_count())]
    return gpus + [torch.device("cpu")]
