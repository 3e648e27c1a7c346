"""What a test is written with: the fixture `observe` and the expectations."""

from grader.observe.expect import expect_close, expect_equal, expect_error, expect_true
from grader.observe.finding import Raised

__all__ = ["Raised", "expect_close", "expect_equal", "expect_error", "expect_true"]
