"""Limits are changed by name, in a learner's units."""

import pytest

from grader.cli.options import FACTS
from grader.sandbox.limits import LimitError, Limits


def test_limits_are_changed_by_name():
    limits = Limits().changed(["memory=1.5GiB", "test_seconds=10", "processes=8"])

    assert limits == Limits(memory=3 << 29, test_seconds=10.0, processes=8)


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("time=3", "no limit is called 'time': test_seconds,"),
        ("memory=4GB", "write it like memory="),
        ("memory", "write it like memory="),
        ("test_seconds=1MiB", "write it like test_seconds=5"),
        ("processes=-1", "write it like processes=64"),
        ("processes=0", "leaves nothing"),
    ],
)
def test_what_is_no_limit_is_named(setting, says):
    with pytest.raises(LimitError, match=says):
        Limits().changed([setting])


@pytest.mark.parametrize(
    ("amount", "typed"),
    [(2 << 30, "2GiB"), (1536 << 20, "1536MiB"), (1 << 10, "1KiB"), (1000, "1000")],
)
def test_a_limit_is_shown_as_one_types_it(amount, typed):
    limits = Limits(memory=amount, test_seconds=1024.0)

    shown = limits.as_settings()

    assert (shown["memory"], shown["test_seconds"]) == (
        f"memory={typed}",
        "test_seconds=1024",
    )
    assert Limits().changed(shown.values()) == limits


def test_the_help_shows_limits_as_one_types_them():
    assert "memory=2GiB, scratch=256MiB, processes=64" in FACTS["limits"]
