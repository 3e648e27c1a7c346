"""Join the results of a class's shards into those of one run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.audit.recount import read_scores, records
from grader.audit.table import OWN, SCORES, TABLE, differences, place
from grader.audit.verify import Verifier
from grader.class_run.grading_config import GradingConfig
from grader.class_run.run import MANIFEST
from grader.class_run.shards import Shard
from grader.errors import GraderError
from grader.layout import find_course
from grader.policy.overrides import Overrides
from grader.results.output import OutputFolder, report_name
from grader.results.override_file import read_overrides, write_overrides
from grader.sandbox.isolation import Level
from grader.sandbox.limits import Limits
from grader.syllabus import Syllabus


class MergeError(GraderError):
    """The shards do not make up one class; the message names which and what to do."""


@dataclass(frozen=True)
class ShardScores:
    """The signed scores of one shard."""

    folder: Path
    shard: Shard
    data: dict[str, Any]

    @property
    def students(self) -> list[str]:
        """Return its students, in order."""
        return [entry["student"] for entry in self.data["students"]]


def read_shard(folder: Path, secret: bytes) -> ShardScores:
    """Read the scores of a shard.

    Raises:
        RecountError: they are missing or were changed.
        MergeError: they are of a whole class.
    """
    data = read_scores(OutputFolder(folder, secret))
    if "shard" not in data:
        raise MergeError(
            "{folder} is no shard: grade a part of the class with --shard 1/8, say",
            folder=folder,
        )
    return ShardScores(folder, Shard.parse(data["shard"]), data)


def join(shards: Sequence[ShardScores]) -> dict[str, Any]:
    """Return the scores of one run over the whole class.

    Raises:
        MergeError: a shard is missing, there twice, or graded in another way; or a
            student is in the wrong one.
    """
    for problem in find_problems(shards):
        raise problem
    common = {name: value for name, value in shards[0].data.items() if name not in OWN}
    entries = [entry for shard in shards for entry in shard.data["students"]]
    return {**common, "students": sorted(entries, key=place)}


def find_problems(shards: Sequence[ShardScores]) -> Iterator[MergeError]:
    """Yield why shards do not make up one class."""
    first = shards[0]
    by_number: dict[int, ShardScores] = {}
    for shard in shards:
        if shard.shard.count != first.shard.count:
            yield MergeError(
                "{first} is shard {one}, {folder} is {other}: name shards of one run "
                "only",
                first=first.folder,
                one=first.shard,
                folder=shard.folder,
                other=shard.shard,
            )
        other = by_number.setdefault(shard.shard.number, shard)
        if other is not shard:
            yield MergeError(
                "{first} and {folder} are both shard {shard}: name one of them",
                first=other.folder,
                folder=shard.folder,
                shard=shard.shard,
            )
        for name in differences(first.data, shard.data):
            yield MergeError(
                "{first} and {folder} were graded with other {name}: grade both alike",
                first=first.folder,
                folder=shard.folder,
                name=name,
            )
    count = first.shard.count
    missing = [Shard(n, count) for n in range(1, count + 1) if n not in by_number]
    if missing:
        yield MergeError(
            "missing: shard {shards}. Name the folder, or grade it with --shard "
            "{first}",
            shards=", ".join(map(str, missing)),
            first=missing[0],
        )
    yield from find_strays(shards)


def find_strays(shards: Sequence[ShardScores]) -> Iterator[MergeError]:
    """Yield who is in a shard that does not hold him or her, as in two of them."""
    for shard in shards:
        for student in shard.students:
            if not shard.shard.holds(student):
                yield MergeError(
                    "{student} is in {folder}, but does not belong to shard {shard}: "
                    "grade it again",
                    student=student,
                    folder=shard.folder,
                    shard=shard.shard,
                )


def join_tables(tables: Sequence[str], places: Sequence[Sequence[Any]]) -> str:
    """Return the rows of several tables of scores as one, ordered by their places.

    Args:
        tables: with a header each.
        places: of the rows of each table.
    """
    read = [list(csv.reader(io.StringIO(table, newline=""))) for table in tables]
    rows = [
        (where, row)
        for (_, *table), mine in zip(read, places, strict=True)
        for where, row in zip(mine, table, strict=True)
    ]
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(read[0][0])
    writer.writerows(row for _, row in sorted(rows, key=lambda pair: pair[0]))
    return stream.getvalue()


def merge(
    shards: Sequence[ShardScores], output: OutputFolder, syllabus: Syllabus
) -> dict[str, Any]:
    """Write the results of all shards as those of one run; return their scores.

    Args:
        shards: all of them, in any order.
        output: an open folder.
        syllabus: the whole registry.

    Raises:
        MergeError: they do not make up one class, or one was changed.
        WriteError: the results cannot be written.
    """
    data = join(shards)
    config = config_of(data["environment"], output.secret, syllabus)
    for shard in shards:
        for problem in Verifier(shard.folder, config).check_files():
            raise MergeError(
                "{folder}: {problem}", folder=shard.folder, problem=problem
            )
    folders = [OutputFolder(shard.folder, output.secret) for shard in shards]
    for shard, found in zip(shards, folders, strict=True):
        for name in [MANIFEST, *report_names(shard)]:
            if (signed := found.read_signed(name)) is not None:
                output.write_signed(name, signed)
    tables = [(s.folder / TABLE).read_text(encoding="utf-8") for s in shards]
    places = [[place(entry) for entry in s.data["students"]] for s in shards]
    output.write(TABLE, join_tables(tables, places))
    decided = [entry for f in folders for entry in read_overrides(f).entries]
    if decided:
        write_overrides(output, Overrides(tuple(dict.fromkeys(decided))))
    output.write_signed(SCORES, data)
    return data


def report_names(shard: ShardScores) -> Iterator[str]:
    """Yield where the reports of a shard lie, those of all attempts too."""
    for entry in shard.data["students"]:
        names = {name for _, name in records(entry)}
        yield from sorted({report_name(entry["student"]), *names})


def config_of(
    environment: dict[str, Any], secret: bytes, syllabus: Syllabus
) -> GradingConfig:
    """Return how results were graded, from what they say themselves."""
    return GradingConfig(
        Level(environment["isolation"]),
        Limits(**environment["limits"]),
        find_course().hidden_tests,
        syllabus.restricted(environment["exercises"]),
        secret,
        environment["gpu"],
    )
