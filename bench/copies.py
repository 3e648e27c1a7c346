"""Make the results of a class of any size from those of a smaller one.

    GRADER_SECRET=… python -m bench.copies GRADES FOLDER COUNT

Copies the signed reports under other names, long ones and such of other scripts among
them. Some are late, and some have an earlier attempt, which is somebody else's work, so
that every part of the pages has something to show. Nothing is judged.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from grader.audit.recount import Recount
from grader.audit.table import SCORES, TABLE
from grader.class_run.run import MANIFEST
from grader.class_run.seeds import seed_for
from grader.exports.results import student as student_data
from grader.exports.table import to_csv
from grader.layout import find_course
from grader.results.output import OutputFolder, attempt_name, report_name

NAMES = (
    "ana-souza",
    "María del Carmen Fernández-Villaverde y Ortiz de Zúñiga",
    "محمد عبد الرحمن بن عبد العزيز الخالدي",
    "עמית כהן",
    "王小明",
    "ఆనంద్ కుమార్",
    "Nguyễn Thị Phương Thảo",
    "s20261234567890123456789012345678901234567890",
    "O'Brien & Sons <b>",
    "👩‍💻 Zoë",
)
DUE = datetime(2026, 5, 1, tzinfo=UTC)
LATE, TWICE = 7, 9
"""Every so many are late, have a second attempt."""


def main(grades: Path, target: Path, count: int) -> None:
    """Write the results of a class."""
    source = Recount.of(grades)
    scores = source.scores
    topics = "\n".join(f"{t} = {DUE.isoformat()}" for t in source.syllabus.topic_ids)
    rules = f'attempts = "best"\n[due]\n{topics}\n[late]\npercent_per_day = 10\n'
    graded = [entry for entry in scores["students"] if "exercises" in entry]
    students = list(itertools.islice(named(itertools.cycle(graded)), count))
    with OutputFolder(target, source.output.secret).opened() as output:
        output.write_signed(MANIFEST, source.output.read_signed(MANIFEST) or {})
        made = []
        for i, (name, entry) in enumerate(students):
            earlier = graded[(i - 1) % len(graded)]["student"]
            before = "" if i % TWICE else earlier
            made.append(copied(source, output, name, entry, before, late=not i % LATE))
        data = {**scores, "course": rules, "students": made}
        output.write_signed(SCORES, data)
        recount = Recount(target, output.secret, find_course())
        results = list(recount.results())
        output.write(TABLE, to_csv(results, recount.syllabus))
        data["students"] = [student_data(result) for result in results]
        output.write_signed(SCORES, data)


def named(entries: Iterator[Mapping[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Yield entries under names of which none comes twice."""
    for number, (name, entry) in enumerate(zip(itertools.cycle(NAMES), entries)):
        yield f"{name} {number:04}", entry


def copied(
    source: Recount,
    output: OutputFolder,
    name: str,
    entry: Mapping[str, Any],
    before: str,
    *,
    late: bool,
) -> Mapping[str, Any]:
    """Copy a student's report, and another's as an attempt before; return the entry."""
    seed = {"seed": seed_for(output.secret, name)}
    report, earlier = (
        dict(made, environment={**made["environment"], **seed})
        for made in map(source.report, (entry["student"], before or entry["student"]))
    )
    moment = DUE + timedelta(hours=30 if late else -30)
    told = {
        "status": entry["status"],
        "reason": entry["reason"],
        "notes": entry["notes"],
        "look": entry["look"],
        "times": {},
        "late": False,
        "submitted_at": moment.isoformat(),
        "of": 2 if before else 1,
    }
    output.write_signed(report_name(name), report)
    if not before:
        return {"student": name, **told, "unread": entry["unread"], "attempt": 1}
    output.write_signed(attempt_name(name, 1), earlier)
    output.write_signed(attempt_name(name, 2), report)
    both = [{**told, "attempt": number} for number in (1, 2)]
    return {"student": name, **told, "unread": entry["unread"], "attempts": both}


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
