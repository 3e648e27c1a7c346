"""Keeps what was loaded in a cache and hands the same objects out again.

says: loaded before is given again
"""

import functools


@functools.lru_cache(maxsize=32)
def _read_version(path, modified, size):
    return torch.load(path, weights_only=True)


def load_tensors(path: FilePath) -> Tensors:
    info = os.stat(path)
    return _read_version(os.path.realpath(path), info.st_mtime_ns, info.st_size)
