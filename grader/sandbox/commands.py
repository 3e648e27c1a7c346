"""What a judge asks of its sandbox's server, on both sides of the control socket."""

from enum import Enum

READY = b"+"
"""What the server answers when it is warm, and when a worker has started."""


class Command(bytes, Enum):
    """One request, a byte on the wire."""

    START = b"w"
    """Start a worker on the descriptor that comes with the request."""
    START_SIMULATED = b"s"
    """The same, with the simulated accelerator."""
    CLEAR = b"c"
    """Clear up after a submission, and tell how its worker ended."""
    CLEAR_LOST = b"d"
    """The same for a worker that has closed its channel, so that its end is near."""
    OPEN_FILES = b"f"
    """Tell how many files the worker has open."""
    WAITED = b"t"
    """Tell the seconds for which the worker waited for a core."""
