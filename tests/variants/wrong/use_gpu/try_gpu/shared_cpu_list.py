"""Without GPUs every call returns one shared list, so what a caller appends shows up in the next call ("a list ... of the CPU alone").

says: one that all callers share
"""

_CPU_ONLY = [torch.device("cpu")]


def try_all_gpus() -> list[torch.device]:
    gpus = [torch.device("cuda", i) for i in range(torch.cuda.device_count())]
    return gpus or _CPU_ONLY
