"""Limits are changed by name, in a learner's units."""

import pytest

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
