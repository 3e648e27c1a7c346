"""Who a student is: ids and names compared, and made fit to name a file."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata

from grader.text import CONTROL

MAX_NAME = 150  # bytes

_UNFIT = rf"/\\{CONTROL}"


def composed(name: str) -> str:
    """Return a name in one spelling of its accents, whatever system wrote it."""
    return unicodedata.normalize("NFC", name)


def same_student(student: str) -> str:
    """Return what is equal for ids that a file system may not tell apart."""
    return composed(student).casefold()


def same_words(name: str, separators: str = r"\s") -> str:
    """Return what is equal for two spellings of an id or a name.

    Args:
        name: as somebody wrote it.
        separators: what stands between words, for a character class.
    """
    return re.sub(f"[{separators}]+", " ", same_student(name)).strip()


def is_fit_id(student: str) -> bool:
    """Say whether an id can name a file of its folder."""
    return bool(student) and student == fit_id(student)


def fit_id(student: str) -> str:
    """Return an id that names a file of its folder, whatever a platform wrote."""
    name = re.sub(f"[{_UNFIT}]", "_", composed(student))
    return re.sub(r"\A\.|\A\Z", "_", name)


def file_name(student: str) -> str:
    """Return a file's name for a student; long ones are told apart by a hash."""
    encoded = os.fsencode(student)
    if len(encoded) <= MAX_NAME:
        return student
    digest = hashlib.sha256(encoded).hexdigest()[:12]
    return f"{encoded[:MAX_NAME].decode(errors='ignore')}-{digest}"
