"""What no call may change, looked at around every scenario.

The look is cheap, since it is taken twice in each round trip. Like all that a worker
says of itself, it is a claim: it teaches, but a worker that lies keeps what it costs.
"""

from __future__ import annotations

import os
import threading
import warnings
from typing import Any

import torch
from torch.nn.modules import module


def look() -> dict[str, Any]:
    """Return the state of this process that every other piece of code relies on."""
    return {
        "default_dtype": torch.get_default_dtype(),
        "default_device": str(torch.get_default_device()),
        "grad_mode": torch.is_grad_enabled(),
        "seed": torch.initial_seed(),
        "num_threads": torch.get_num_threads(),
        "autocast": torch.is_autocast_enabled(),
        "deterministic": torch.are_deterministic_algorithms_enabled(),
        "anomaly": torch.is_anomaly_enabled(),
        "module_hooks": hooks_of_all_modules(),
        "cwd": working_directory(),
        "environ": environment(),
        "warnings": broad_filters(),
        "threads": threading.active_count(),
        "open_files": open_files(),
    }


def broken(before: dict[str, Any]) -> list[str]:
    """Return the names of what is otherwise than before."""
    now = look()
    return [name for name, value in before.items() if now[name] != value]


def hooks_of_all_modules() -> int:
    """Return how many hooks are registered that run in every module's call."""
    return len(module._global_forward_hooks) + len(module._global_forward_pre_hooks)


def environment() -> dict[str, str]:
    """Return the variables; torch sets some at the first step of an optimizer."""
    own = "TORCHINDUCTOR_"
    return {k: v for k, v in os.environ.items() if not k.startswith(own)}


def working_directory() -> str:
    """Return where relative paths begin; nothing where that was removed."""
    try:
        return os.getcwd()
    except OSError:
        return ""


def open_files() -> int:
    """Return how many files are open; 0 where the system does not tell."""
    try:
        return len(os.listdir("/proc/self/fd"))
    except OSError:
        return 0


def broad_filters() -> list[str]:
    """Return what is done with all warnings; libraries may filter their own."""
    return [
        action
        for action, message, kind, module, _ in warnings.filters
        if message is None and module is None and kind is Warning
    ]
