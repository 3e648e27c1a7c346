"""Whether a CUDA device can be used, asked without starting CUDA in this process.

Without a driver, as on most machines, torch is not even imported to find out.
"""

from __future__ import annotations

import ctypes
import os
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

LIBRARY = "nvcuda.dll" if os.name == "nt" else "libcuda.so.1"
DRIVER = Path("/proc/driver/nvidia/gpus")


@cache
def is_available() -> bool:
    """Ask the driver's library, since a process that starts CUDA cannot fork."""
    try:
        ctypes.CDLL(LIBRARY)
    except OSError:
        return False
    import torch  # noqa: PLC0415 - seconds, for a process that may not need it

    os.environ.setdefault("PYTORCH_NVML_BASED_CUDA_CHECK", "1")
    return torch.cuda.is_available()


def is_needed(suite: Iterable[Path]) -> bool:
    """Say whether there is a GPU, and a file of a suite that marks a test for one."""
    texts = (path.read_text("utf-8") for path in suite)
    return is_available() and any("mark.cuda" in text for text in texts)


def name() -> str | None:
    """Return the models of the GPUs, None where there is none to use."""
    if not is_available():
        return None
    return models(p.read_text() for p in sorted(DRIVER.glob("*/information")))


def models(cards: Iterable[str]) -> str:
    """Return what the GPUs are, each model once, from what the driver tells of them."""
    found = [re.search(r"^Model:\s*(.*\S)", card, re.MULTILINE) for card in cards]
    names = dict.fromkeys(match[1] for match in found if match)
    return ", ".join(names) or "CUDA"
