"""When two observed values are the same."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.testing import _comparison, assert_close

# What is compared is never distributed; to find that out, the first comparison would
# import sympy and all of torch.distributed.tensor, which costs half an `import torch`.
_comparison._HAS_DTENSOR = False


def is_close(
    got: Tensor, expected: Tensor, rtol: float | None, atol: float | None
) -> bool:
    """Compare values only; NaN equals NaN. One tolerance alone makes the other 0."""
    if got.dtype == expected.dtype and torch.equal(got, expected):
        return True  # as most right answers do, and in a tenth of the time
    if (rtol is None) != (atol is None):
        rtol, atol = rtol or 0.0, atol or 0.0
    try:
        assert_close(
            got, expected, rtol=rtol, atol=atol, check_dtype=False, equal_nan=True
        )
    except AssertionError:
        return False
    return True


def is_equal(got: Any, expected: Any) -> bool:
    """Compare plain data by type and value, tensors bitwise."""
    if isinstance(expected, Tensor):
        return (
            isinstance(got, Tensor)
            and got.dtype == expected.dtype
            and got.shape == expected.shape
            and bool(torch.equal(got, expected.detach()))
        )
    if type(got) is not type(expected):
        return False
    if isinstance(expected, (list, tuple)):
        return len(got) == len(expected) and all(map(is_equal, got, expected))
    if isinstance(expected, dict):
        return list(got) == list(expected) and all(
            is_equal(got[key], expected[key]) for key in expected
        )
    return bool(got == expected)
