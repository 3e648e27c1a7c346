"""Test the tests: stubs, solutions, right and wrong answers through the real grader."""

from grader.check_kit.checker import Checker, check_all
from grader.check_kit.placeholders import check_placeholders
from grader.check_kit.texts import check_texts, check_told
from grader.check_kit.variants import VariantError, read_variants

__all__ = [
    "Checker",
    "VariantError",
    "check_all",
    "check_placeholders",
    "check_texts",
    "check_told",
    "read_variants",
]
