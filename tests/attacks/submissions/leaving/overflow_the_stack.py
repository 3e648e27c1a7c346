"""Recurse through C until the stack is full.

earns: CenteredLayer
outcome: killed|failed
"""

import sys

sys.setrecursionlimit(2**31 - 1)


class Deep:
    def __repr__(self):
        return repr([self])


class MyLinear(MyLinear):
    def forward(self, x):
        repr(Deep())
