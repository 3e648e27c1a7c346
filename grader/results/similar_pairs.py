"""`pairs.json`: pairs of students whose work is alike, beside the pages of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from grader.errors import GraderError

FILE = "pairs.json"
VERSION = 1


class PairsError(GraderError):
    """The pairs cannot be read; the message names the file and the next step."""


@dataclass(frozen=True)
class SimilarPair:
    """Two students, and how much their works of a topic share."""

    first: str
    second: str
    shares: Mapping[str, float]
    """Of the smaller one's own code, 0 to 1, by topic."""
    page: str
    """The name of the page that shows both, in the same folder."""


def to_text(pairs: Sequence[SimilarPair]) -> str:
    """Return the file's text."""
    data = {"version": VERSION, "pairs": [asdict(pair) for pair in pairs]}
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def read_pairs(folder: Path) -> Sequence[SimilarPair]:
    """Return the pairs that `grader similar` has found; none if it has not looked.

    Raises:
        PairsError: the file is not what it wrote.
    """
    path = folder / FILE
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return [to_pair(entry) for entry in data["pairs"]]
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, TypeError, LookupError) as error:
        raise PairsError(
            "{path} cannot be read: run `grader similar` again with --out {folder}",
            path=path,
            folder=folder,
        ) from error


def to_pair(entry: Any) -> SimilarPair:
    """Return a pair of the file.

    Raises:
        ValueError: it is none.
    """
    match entry:
        case {
            "first": str(first),
            "second": str(second),
            "shares": dict(shares),
            "page": str(page),
        } if "/" not in page:
            known = {str(topic): float(share) for topic, share in shares.items()}
            return SimilarPair(first, second, known, page)
    raise ValueError
