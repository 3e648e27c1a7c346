"""Find the row of each student in a platform's table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from grader.identity import same_words
from grader.speech import _, several

SEPARATORS = r"\s_-"


@dataclass
class Matches:
    """Which row is whose."""

    student_of: dict[int, str] = field(default_factory=dict)
    """By number of the row."""
    notes: list[str] = field(default_factory=list)
    """What is ambiguous, and so not matched."""


def match(
    students: Sequence[str], keys: Mapping[int, Sequence[Sequence[str]]]
) -> Matches:
    """Match students with rows by the strongest key that tells them apart.

    Args:
        students: ids.
        keys: of each row, by its number: the strongest first, each in the spellings
            that mean the same; the last one is the name.
    """
    found = Matches()
    left = list(students)
    for strength in range(max(map(len, keys.values()), default=0)):
        rows_of: dict[str, set[int]] = defaultdict(set)
        for row, its_keys in keys.items():
            if row not in found.student_of:
                for key in its_keys[strength]:
                    rows_of[comparable(key)].add(row)
        rows_of.pop("", None)
        claims: dict[int, list[str]] = defaultdict(list)
        for student in list(left):
            rows = rows_of.get(comparable(student), set())
            if len(rows) == 1:
                claims[min(rows)].append(student)
            elif rows:
                left.remove(student)
                said = several(
                    "{student} fits {n} row: none is filled",
                    "{student} fits {n} rows: none is filled",
                    len(rows),
                    student=student,
                )
                found.notes.append(said)
        for row, claimants in claims.items():
            for student in claimants:
                left.remove(student)
            if len(claimants) == 1:
                found.student_of[row] = claimants[0]
            else:
                names = _(" and ").join(claimants)
                said = _("{students} fit one row: it is not filled")
                found.notes.append(said.format(students=names))
    return found


def comparable(key: str) -> str:
    """Return a key without case, and with one blank for all that separates words."""
    return same_words(key, SEPARATORS)


def spellings(name: str) -> list[str]:
    """Return a name as it stands, and with the given name first."""
    last, comma, first = name.partition(",")
    return [name, f"{first.strip()} {last.strip()}"] if comma else [name]
