"""Lift the worker's limit of a message, and make the judge's patterns work on 1 MiB.

earns: CenteredLayer
outcome: failed
says: raises ValueError
"""

import sys

sys.modules["grader.sandbox.scene"].MAX_MESSAGE = 1 << 20


class MyLinear(MyLinear):
    def __init__(self, *sizes):
        raise ValueError("cannot assign " * 70_000)
