"""What a submission may use."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Limits:
    """The resources of one submission; the defaults leave torch ample room."""

    test_seconds: float = 5.0
    """Wall-clock seconds of one test."""
    submission_seconds: float = 120.0
    """Wall-clock seconds that the judge waits for one submission, all together."""
    memory: int = 2 << 30
    """Bytes that belong to all processes of a submission together."""
    scratch: int = 256 << 20
    """Bytes of files in the scratch folder, and as much again in shared memory."""
    processes: int = 64
    """Processes and threads."""
    open_files: int = 256
    """Open files of one process."""

    def as_dict(self) -> dict[str, float]:
        """Return the limits as plain data, for a report or a command line."""
        return asdict(self)
