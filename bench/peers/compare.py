"""Grade one class by every tool, in turn, and compare what it costs."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.measure import Usage, measure, ratios

from .cohort import cohort
from .gradescope import Gradescope
from .notebooks import Nbgrader
from .otter import Otter
from .ours import Ours, OursOnce
from .plain_pytest import ForkedPytest, PlainPytest
from .way import PEER_PYTHON, Verdict, Way

PEERS: tuple[type[Way], ...] = (Gradescope, PlainPytest, Nbgrader, Otter)
CLASS: tuple[type[Way], ...] = (Ours, *PEERS, ForkedPytest)
ONCE: tuple[type[Way], ...] = (OursOnce, *PEERS)
WATCHED = 2
"""Submissions of the round in which memory is watched."""
LOOK_SECONDS = 0.05


class DisagreementError(Exception):
    """Two tools judge a submission differently; the message lists where."""


@dataclass
class Costs:
    """What a way to grade costs."""

    way: type[Way]
    version: str
    class_size: int
    rounds: list[Usage] = field(default_factory=list)
    """The class in each round."""
    peak: int = 0
    """Bytes of all its processes at the highest point."""

    @property
    def cpu(self) -> list[float]:
        """Return CPU seconds per submission, by round."""
        return [usage.cpu / self.class_size for usage in self.rounds]

    @property
    def wall(self) -> list[float]:
        """Return seconds per submission, by round."""
        return [usage.wall / self.class_size for usage in self.rounds]

    def times(self, ours: Costs) -> list[float]:
        """Return, by round, how many times our CPU time it takes."""
        return ratios(self.cpu, ours.cpu)


@dataclass
class Comparison:
    """What all ways cost, and the peers that were left out."""

    costs: list[Costs]
    left_out: dict[str, str]
    points: dict[str, float]
    """Of each student, as all agree."""


def compare(
    folder: Path,
    rounds: int,
    size: int,
    known: Sequence[type[Way]],
    tell: Callable[[str], None],
) -> Comparison:
    """Grade a class of `size` by every tool in turn, ours first, `rounds` times.

    Memory is watched in a round of its own, since watching takes time.

    Raises:
        DisagreementError: not all say the same of every test and submission.
    """
    sources = dict(list(cohort().items())[:size])
    versions = installed([way.package for way in known if way.package])
    ways = [way for way in known if not way.package or way.package in versions]
    left_out = {
        way.name: f"{way.package} is not installed in {PEER_PYTHON.parents[1].name}"
        for way in known
        if way not in ways
    }
    costs = [Costs(w, versions.get(w.package, ""), len(sources)) for w in ways]
    few = dict(list(sources.items())[:WATCHED])
    for cost in costs:
        tell(f"{cost.way.name}: memory")
        way = prepared(cost.way, folder / "memory", few)
        cost.peak = measure(way.commands(), way.jobs, look=LOOK_SECONDS).peak
    templates = {way: prepared(way, folder / "template", sources) for way in ways}
    agreed: dict[str, Verdict] = {}
    for i in range(rounds):
        for cost in costs:
            tell(f"{cost.way.name}: round {i + 1} of {rounds}")
            home = folder / f"round-{i}" / cost.way.__name__
            shutil.copytree(templates[cost.way].folder, home)
            way = cost.way(home, list(sources))
            cost.rounds.append(measure(way.commands(), way.jobs))
            verdicts = way.verdicts()
            agreed = agreed or verdicts
            check_agreement(cost.way.name, verdicts, agreed)
    points = {student: verdict.points for student, verdict in agreed.items()}
    return Comparison(costs, left_out, points)


def prepared(kind: type[Way], folder: Path, sources: Mapping[str, bytes]) -> Way:
    """Return a way whose tests and submissions are written."""
    way = kind(folder / kind.__name__, list(sources))
    way.folder.mkdir(parents=True)
    way.prepare(sources)
    return way


def installed(packages: list[str]) -> dict[str, str]:
    """Return the versions of what is installed in the peers' environment."""
    script = (
        "import importlib.metadata as m, json, sys\n"
        "found = {d.metadata['Name'].lower(): d.version for d in m.distributions()}\n"
        "print(json.dumps({p: found[p] for p in sys.argv[1:] if p in found}))"
    )
    command = [str(PEER_PYTHON), "-c", script, *packages]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    versions: dict[str, str] = json.loads(done.stdout)
    return versions


def check_agreement(
    name: str, verdicts: Mapping[str, Verdict], agreed: Mapping[str, Verdict]
) -> None:
    """Compare a tool's verdicts with ours.

    Raises:
        DisagreementError: they differ.
    """
    found = list(differences(verdicts, agreed))
    if found:
        lines = "\n".join(f"  {line}" for line in found)
        raise DisagreementError(f"{name} and {Ours.name} do not agree:\n{lines}")


def differences(
    mine: Mapping[str, Verdict], other: Mapping[str, Verdict]
) -> Iterator[str]:
    """Yield where verdicts differ."""
    for student in sorted({*mine, *other}):
        if student not in mine or student not in other:
            yield f"{student} is graded by one only"
            continue
        a, b = mine[student], other[student]
        for test in sorted(a.passed ^ b.passed):
            yield f"{student}: {test} {'passes' if test in a.passed else 'fails'}"
        if a.points != b.points:
            yield f"{student}: {a.points:g} points, not {b.points:g}"
