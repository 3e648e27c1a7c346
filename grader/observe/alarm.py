"""A timer that interrupts Python code of the main thread, on any system."""

from __future__ import annotations

import _thread
import math
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SIGNAL = getattr(signal, "SIGALRM", signal.SIGTERM)
AGAIN = 0.5  # seconds from one interruption to the next, should the code catch it


@contextmanager
def interrupting(seconds: float, interrupt: type[BaseException]) -> Iterator[None]:
    """Raise `interrupt` in the block once its time is up, and then again and again.

    While a debugger is at work, time begins anew. Nothing is interrupted in another
    thread than the main one, nor if `seconds` is infinite.
    """
    in_main = threading.current_thread() is threading.main_thread()
    if not in_main or math.isinf(seconds):
        yield
        return
    stop: Callable[[], None]

    def ring(*_: object) -> None:
        nonlocal stop
        if is_debugged():
            stop()
            stop = set_timer(seconds)
        else:
            raise interrupt

    previous = signal.signal(SIGNAL, ring)
    stop = set_timer(seconds)
    try:
        yield
    finally:
        stop()
        signal.signal(SIGNAL, previous)


def set_timer(seconds: float) -> Callable[[], None]:
    """Start a timer that sends SIGNAL to this process; return what stops it."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
        return lambda: signal.setitimer(signal.ITIMER_REAL, 0) and None
    stopped = threading.Event()

    def run() -> None:
        pause = seconds
        while not stopped.wait(pause):
            _thread.interrupt_main(SIGNAL)
            pause = AGAIN

    threading.Thread(target=run, daemon=True).start()
    return stopped.set


def is_debugged() -> bool:
    """Say whether a debugger follows this process."""
    monitoring = getattr(sys, "monitoring", None)
    return sys.gettrace() is not None or (
        monitoring is not None
        and monitoring.get_tool(monitoring.DEBUGGER_ID) is not None
    )
