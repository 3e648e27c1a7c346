"""What a test is written with: `observe`, `sweep`, and the expectations."""

from grader.observe.columns import (
    CALLS,
    DTYPES,
    LAYOUTS,
    MODES,
    MODULES,
    SHAPES,
    SLOPES,
    TENSORS,
    VALUES,
)
from grader.observe.drawn import draw_name
from grader.observe.expect import (
    expect_close,
    expect_equal,
    expect_error,
    expect_true,
    expect_unchanged,
)
from grader.observe.finding import Raised
from grader.sandbox.trials import Function, Module, fill
from grader.words import say

__all__ = [
    "CALLS",
    "DTYPES",
    "LAYOUTS",
    "MODES",
    "MODULES",
    "SHAPES",
    "SLOPES",
    "TENSORS",
    "VALUES",
    "Function",
    "Module",
    "Raised",
    "draw_name",
    "expect_close",
    "expect_equal",
    "expect_error",
    "expect_true",
    "expect_unchanged",
    "fill",
    "say",
]
