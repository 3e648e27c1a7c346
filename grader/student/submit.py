"""The archive to hand in: the topics' files, and a manifest with their digests."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path

import grader
from grader.files import pack_files
from grader.intake import SubmissionSource, read_submission
from grader.student import StudentError
from grader.student.work import torch_version

FORMAT = "grader/submission/v1"


def read_sources(folder: Path, topics: Sequence[str]) -> dict[str, bytes]:
    """Return the files to hand in, by topic, as the grader reads them.

    Raises:
        StudentError: one is missing or cannot be graded.
    """
    submission = read_submission(SubmissionSource("yours", folder), topics)
    for topic, problem in submission.problems.items():
        raise StudentError(f"exercises/{topic}.py cannot be graded: {problem}")
    return dict(submission.sources)


def pack(sources: Mapping[str, bytes]) -> bytes:
    """Return the archive, the same for the same files on the same machine."""
    files = {f"exercises/{topic}.py": data for topic, data in sources.items()}
    manifest = {
        "format": FORMAT,
        "kit": grader.__version__,
        "python": platform.python_version(),
        "torch": torch_version(),
        "files": {
            name: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
            for name, data in sorted(files.items())
        },
    }
    files["manifest.json"] = (json.dumps(manifest, indent=1) + "\n").encode()
    return pack_files(files, "submission")


def read_back(path: Path, sources: Mapping[str, bytes]) -> None:
    """Check that the grader finds in an archive what was put into it.

    Raises:
        StudentError: it does not.
    """
    submission = read_submission(SubmissionSource(path.stem, path), list(sources))
    if submission.problems or dict(submission.sources) != dict(sources):
        raise StudentError(f"{path} does not hold your files: run make submit again.")
