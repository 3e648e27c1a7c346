"""Pairs of submissions that share code, by fingerprints of their tokens.

copydetect reduces a file to tokens without names, comments and layout, takes a
fingerprint of every run of them (as MOSS does, but of all, so that a rerun agrees)
and finds what two files have in common. What is public, and what many handed in, is
taken away before.
"""

from __future__ import annotations

import bisect
import io
import itertools
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from copydetect import CodeFingerprint, compare_files

from grader.source import decode

RUN = 25  # characters of reduced code that a fingerprint covers, about two lines
MIN_SHARED = 100  # characters of reduced code, about eight lines
PAIR = 2
SAME = 0.9  # of all code that stands in one of two works, so much stands in both
MAX_SOURCE = 64 << 10  # bytes; a lexer may take a time that grows with the square


Hashes = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Work:
    """One student's file of a topic."""

    student: str
    topic: str
    text: str
    group: str = ""
    """What those have in common who may share their work."""


@dataclass(frozen=True)
class Ring:
    """Students whose works of a topic have something in common."""

    topic: str
    students: tuple[str, ...]


@dataclass(frozen=True)
class Match:
    """What two students' files of a topic have in common."""

    first: Work
    second: Work
    share: float
    """How much of the smaller one's own code stands in the other, 0 to 1."""
    lines: tuple[frozenset[int], frozenset[int]]
    """The lines of each that are shared, from 0."""

    @property
    def students(self) -> tuple[str, str]:
        """Return the two students."""
        return self.first.student, self.second.student

    @property
    def sides(self) -> Sequence[tuple[Work, frozenset[int]]]:
        """Return each work with its shared lines."""
        return list(zip((self.first, self.second), self.lines, strict=True))

    @property
    def percent(self) -> str:
        """Return the share for people."""
        return f"{self.share:.0%}"


@dataclass(frozen=True)
class Comparison:
    """What the works of a class have in common."""

    matches: Sequence[Match]
    """Pairs that are alike, the most alike first."""
    rings: Sequence[Ring]
    """Three or more whose own code is the same but for names, comments and little."""
    hidden: Sequence[Ring]
    """Whose own code is left out for the most part, since many have it."""


def to_text(source: bytes) -> str:
    """Return a source as text, with plain line ends and none of them around it."""
    return decode(source).strip("\n") + "\n"


def compare_class(
    works: Sequence[Work],
    public: Collection[str],
    *,
    threshold: float,
    common: int,
    done: Callable[[], None] = lambda: None,
) -> Comparison:
    """Return the pairs of files that share at least a part of their own code.

    Args:
        works: the files of a class, all topics.
        public: texts that everybody was given.
        threshold: the least share of the smaller file's own code.
        common: from how many works on shared code is taken for common knowledge; the
            same work counts once, however many hand it in.
        done: is called when a topic is compared.
    """
    lines = {line.strip() for text in public for line in text.split("\n")}
    given = to_array({h for text in public for h in fingerprint(text).hashes})
    matches: list[Match] = []
    rings: list[Ring] = []
    hidden: list[Ring] = []
    for topic in dict.fromkeys(work.topic for work in works):
        prints = {w: fingerprint(w.text, given) for w in works if w.topic == topic}
        same = same_works(prints)
        rings += find_rings(topic, same, prints)
        counts = Counter(h for works in same for h in own_code(works, prints))
        many = {h for h, count in counts.items() if count >= common}
        if many:
            lost = [
                work.student
                for work, one in prints.items()
                if one.hashes and len(one.hashes & many) > len(one.hashes) / 2
            ]
            hidden += [Ring(topic, tuple(lost))] if lost else []
            known = to_array({*given.tolist(), *many})
            prints = {work: fingerprint(work.text, known) for work in prints}
        matches += compare_all(prints, lines, threshold)
        done()
    matches.sort(key=lambda match: (-match.share, match.students))
    return Comparison(matches, rings, hidden)


def same_works(prints: Mapping[Work, CodeFingerprint]) -> list[list[Work]]:
    """Return works by who has nearly the same own code as the first of them."""
    same: list[list[Work]] = []
    for work, one in prints.items():
        for works in same:
            first = prints[works[0]].hashes
            if len(first & one.hashes) >= SAME * len(first | one.hashes):
                works.append(work)
                break
        else:
            same.append([work])
    return same


def own_code(works: Sequence[Work], prints: Mapping[Work, CodeFingerprint]) -> set[int]:
    """Return the fingerprints of what stands in any of some works."""
    return {h for work in works for h in prints[work].hashes}


def find_rings(
    topic: str,
    same: Collection[Sequence[Work]],
    prints: Mapping[Work, CodeFingerprint],
) -> Iterator[Ring]:
    """Yield who handed in the same work, unless it is little or they are one group."""
    for works in same:
        one_group = works[0].group and len({work.group for work in works}) == 1
        enough = prints[works[0]].token_coverage >= MIN_SHARED
        if len(works) > PAIR and enough and not one_group:
            yield Ring(topic, tuple(work.student for work in works))


def fingerprint(text: str, known: Hashes | None = None) -> CodeFingerprint:
    """Return the fingerprints of a Python source, without those that are known."""
    source = io.StringIO(text)
    return CodeFingerprint("work.py", RUN, 1, known, True, "python", source)


def to_array(hashes: Collection[int]) -> Hashes:
    """Return fingerprints as copydetect takes them, each once."""
    return np.array(sorted(hashes), dtype=np.int64)


def compare_all(
    prints: Mapping[Work, CodeFingerprint], public: Collection[str], threshold: float
) -> Iterator[Match]:
    """Yield the pairs of works that are alike enough; public lines are not named."""
    for first, second in itertools.combinations(prints, 2):
        a, b = prints[first], prints[second]
        if (first.group and first.group == second.group) or a.hashes.isdisjoint(
            b.hashes
        ):
            continue
        shared, shares, slices = compare_files(a, b)
        share = float(max(shares))
        if shared >= MIN_SHARED and share >= threshold:
            one = own_lines(first.text, slices[0], public)
            two = own_lines(second.text, slices[1], public)
            yield Match(first, second, share, (one, two))


def own_lines(text: str, slices: Hashes, public: Collection[str]) -> frozenset[int]:
    """Return the numbers of the lines that slices touch, without public ones."""
    lines = text.split("\n")
    ends = list(itertools.accumulate(len(line) + 1 for line in lines))
    return frozenset(
        number
        for start, end in slices.T.tolist()
        for number in range(
            bisect.bisect(ends, start), bisect.bisect(ends, end - 1) + 1
        )
        if number < len(lines) and lines[number].strip() not in public
    )
