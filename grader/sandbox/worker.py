"""The process of a student's code: load modules on demand, play scenarios, answer.

It runs untrusted code, so nothing here is trusted either: whatever it sends is checked
by the judge's side of `wire`.
"""

from __future__ import annotations

import ctypes
import importlib
import io
import os
import random
import resource
import socket
import sys
import traceback
from pathlib import Path
from typing import Any, NoReturn

import torch
from torch.utils.hooks import RemovableHandle

from grader.sandbox import payload, scene, wire
from grader.sandbox.limits import Limits
from grader.sandbox.processes import PR_SET_NO_NEW_PRIVS, prctl
from grader.sandbox.scene import describe, play

PR_SET_SECCOMP, MODE_FILTER = 22, 2
INSTRUCTION = 8  # bytes, of a program for seccomp
FIRST_HOOK = 1 << 20  # above the numbers that hooks of the judge's networks have


def speak_up() -> None:
    """Keep nothing that is printed back, and print the traceback of each error."""
    scene.tell = traceback.print_exception
    raw = io.FileIO(1, "w", closefd=False)
    sys.stdout = io.TextIOWrapper(
        raw, encoding="utf-8", errors="replace", write_through=True
    )


def restrict(limits: Limits, *, count_processes: bool) -> None:
    """Bind this process and its children to `limits`.

    Args:
        limits: what the submission may use.
        count_processes: also limit processes, which the kernel counts per user: right
            for a user of the sandbox's own, wrong for somebody's desktop account.
    """
    bounds = {
        resource.RLIMIT_DATA: limits.memory,
        resource.RLIMIT_FSIZE: limits.scratch,
        resource.RLIMIT_NOFILE: limits.open_files,
        resource.RLIMIT_CPU: int(limits.topic_seconds) + 1,
        resource.RLIMIT_CORE: 0,
    }
    if count_processes:
        bounds[resource.RLIMIT_NPROC] = limits.processes
    for kind, bound in bounds.items():
        hard = resource.getrlimit(kind)[1]
        value = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        resource.setrlimit(kind, (value, value))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def refuse_calls(program: bytes) -> None:
    """Bind this process, and all that it starts, to a program of seccomp for good.

    Raises:
        OSError: the kernel does not take it.
    """
    if not program:
        return
    libc = ctypes.CDLL(None, use_errno=True)
    text = ctypes.create_string_buffer(program, len(program))
    made = _Program(len(program) // INSTRUCTION, ctypes.addressof(text))
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    if libc.prctl(PR_SET_SECCOMP, MODE_FILTER, ctypes.byref(made), 0, 0):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def serve(channel: socket.socket, folder: Path) -> NoReturn:
    """Answer requests on `channel` until it closes; files go to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    os.chdir(folder)
    sys.dont_write_bytecode = True
    RemovableHandle.next_id = FIRST_HOOK  # or a new hook would take another's place
    sources = wire.receive(channel)
    for topic, source in sources.items():
        Path(folder, f"{topic}.py").write_bytes(source)
    sys.path.append(str(folder))
    importlib.invalidate_caches()
    half = (data_size() + resource.getrlimit(resource.RLIMIT_DATA)[0]) // 2
    while True:
        try:
            request = wire.receive(channel)
        except EOFError:
            os._exit(0)
        answer = respond(request, folder)
        rest = {"nonce": request["nonce"], "worn": is_worn(half)}
        try:
            frame = wire.encode({**answer, **rest})
        except BaseException as error:
            frame = wire.encode({"error": describe(error, folder), **rest})
        channel.sendall(frame)


def is_worn(half: int) -> bool:
    """Tell whether a call has left so much behind that the next one may lack it.

    Memory is not always given back when its objects are gone. Files that stay open
    count too: with too many, the look at memory fails.

    Args:
        half: bytes at which half of the memory that was free at first is taken.
    """
    try:
        return data_size() > half
    except OSError:
        return True


def data_size() -> int:
    """Return the bytes of this process that its limit of memory counts."""
    with open("/proc/self/statm", "rb", buffering=0) as file:  # asked after each call
        return int(file.read().split()[5]) * resource.getpagesize()


def respond(request: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return the answer to one request from the judge."""
    if request["call"] is None:
        return play(request["topic"], lambda _: None, (), folder)
    torch.default_generator.manual_seed(request["seed"])
    random.seed(request["seed"])
    scenario, args = payload.unpack(request["call"])
    return play(request["topic"], scenario, args, folder)
