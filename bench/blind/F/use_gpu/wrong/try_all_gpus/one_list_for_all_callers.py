"""Caches the list and hands the same one to every caller, so that a caller who changes his list changes what the next call
returns ("a list of all GPUs, in order, or of the CPU alone")."""

import functools


@functools.cache
def _devices(count: int) -> list[torch.device]:
    return [torch.device("cuda", i) for i in range(count)] or [torch.device("cpu")]


def try_all_gpus() -> list[torch.device]:
    return _devices(torch.cuda.device_count())
