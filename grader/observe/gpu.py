"""Whether a CUDA device can be used, asked without starting CUDA in this process."""

from __future__ import annotations

import os
from functools import cache

import torch


@cache
def is_available() -> bool:
    """Ask the driver's library, since a process that starts CUDA cannot fork."""
    os.environ.setdefault("PYTORCH_NVML_BASED_CUDA_CHECK", "1")
    return torch.cuda.is_available()
