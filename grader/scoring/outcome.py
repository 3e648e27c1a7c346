"""What can become of one test."""

from enum import StrEnum

from grader.speech import mark


class Outcome(StrEnum):
    """The outcome of one test of one submission."""

    PASSED = mark("passed")
    FAILED = mark("failed")
    NOT_STARTED = mark("not started")
    """The stub is untouched."""
    NO_IMPORT = mark("does not import")
    """The topic's file is missing, unreadable or raises when it is imported."""
    TIMED_OUT = mark("timed out")
    KILLED = mark("killed")
    """The process ended: a signal, no memory, or an exit of its own."""
    BROKE_PROTOCOL = mark("broke the protocol")
    """The process sent something else than the values that it was asked for."""
    NO_GPU = mark("no GPU here")
    """Not run: its points stay open."""
    KIT_ERROR = mark("kit error")
    """The test itself failed to run: no score, never a zero."""
