"""What can become of one test."""

from enum import StrEnum


class Outcome(StrEnum):
    """The outcome of one test of one submission."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_STARTED = "not started"
    """The stub is untouched."""
    NO_IMPORT = "does not import"
    """The topic's file is missing, unreadable or raises when it is imported."""
    TIMED_OUT = "timed out"
    KILLED = "killed"
    """The process ended: a signal, no memory, or an exit of its own."""
    BROKE_PROTOCOL = "broke the protocol"
    """The process sent something else than the values that it was asked for."""
    NO_GPU = "no GPU here"
    """Not run: its points stay open."""
    KIT_ERROR = "kit error"
    """The test itself failed to run: no score, never a zero."""
