"""What a test is written with: the fixture `observe` and the expectations."""

from grader.observe.expect import (
    expect_close,
    expect_equal,
    expect_error,
    expect_true,
    expect_unchanged,
)
from grader.observe.finding import Raised
from grader.scoring.message import say

__all__ = [
    "Raised",
    "expect_close",
    "expect_equal",
    "expect_error",
    "expect_true",
    "expect_unchanged",
    "say",
]
