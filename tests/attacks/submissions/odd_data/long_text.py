"""Raise an exception with a text of a hundred megabytes.

earns: CenteredLayer
outcome: failed|killed
"""


class MyLinear(MyLinear):
    def forward(self, x):
        raise ValueError("A" * 100_000_000)
