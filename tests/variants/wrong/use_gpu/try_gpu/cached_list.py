"""Remembers the list and hands the same one out at each call.

says: a list of its own
"""

import functools


@functools.cache
def try_all_gpus() -> list[torch.device]:
    devices = [torch.device("cuda", i) for i in range(torch.cuda.device_count())]
    return devices or [torch.device("cpu")]
