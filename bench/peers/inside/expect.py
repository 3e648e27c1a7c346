"""The expectations of `checks.py` where no grader is: torch's own comparison."""

from typing import Any

import torch
from torch import Tensor


def expect_close(got: Any, expected: Tensor, fault: str) -> None:
    """Expect a tensor of the same shape, dtype and, up to rounding, values."""
    torch.testing.assert_close(got, expected.detach(), msg=fault)


def expect_equal(got: Any, expected: Any, fault: str) -> None:
    """Expect equal plain data."""
    assert got == expected, fault
