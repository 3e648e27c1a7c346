"""Hostile submissions: each gets what its honest part deserves, and leaves no trace."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from grader.scoring.score import score

from .arena import (
    ATTACKS,
    EXERCISES,
    LIMITS,
    MAX_REPORT,
    UNPRINTABLE,
    Attack,
    Listeners,
)


@pytest.fixture(scope="module")
def listeners():
    opened = Listeners()
    yield opened
    opened.close()


def test_an_attack_gets_what_its_honest_part_deserves(
    arena_of, level, attack: Attack, listeners, record_property
):
    seen = arena_of(level).play(attack.source(listeners.port))

    record_property("attack", attack.name)
    record_property("level", str(level))
    record_property("became", ", ".join(dict.fromkeys(seen.outcomes)))
    record_property("gained", seen.earned != attack.earns)
    record_property("leaked", seen.leaked)
    record_property("disturbed", seen.disturbed or seen.unsettled)
    record_property("seconds", seen.seconds)
    record_property("peak", seen.peak)
    assert seen.earned == attack.earns, seen.messages
    assert all(re.fullmatch(attack.outcome, o) for o in seen.outcomes), seen.messages
    assert re.search(attack.says, "\n".join(seen.messages)), seen.messages
    assert len(seen.report) < MAX_REPORT
    assert not UNPRINTABLE.search("".join(seen.messages))
    assert not seen.leaked
    assert not seen.disturbed
    assert not seen.unsettled
    assert seen.peak < 2 * (LIMITS.memory + 2 * LIMITS.scratch)
    assert listeners.visits() == 0


def test_the_honest_part_earns_what_attacks_are_measured_by(arena_of, level, syllabus):
    arena = arena_of(level)
    result = score("neighbour", arena.honest, arena.judge.manifest, syllabus)

    points = {e.exercise: (e.points, e.max) for e in result.exercises}

    assert points[EXERCISES[0]][0] == points[EXERCISES[0]][1] > 0
    assert points[EXERCISES[1]][0] == 0 < points[EXERCISES[1]][1]


def test_every_family_is_there():
    families = Counter(attack.path.parent.name for attack in ATTACKS)

    assert set(families) >= {
        *("leaving", "forging", "patching", "lying", "odd_data", "snooping"),
        *("exhaustion", "lingering", "network", "injection", "withholding"),
    }
    assert families.total() >= 60
