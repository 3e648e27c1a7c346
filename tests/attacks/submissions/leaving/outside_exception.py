"""Raise what `except Exception` does not catch.

earns: CenteredLayer
outcome: failed
says: Leave
"""


class Leave(BaseException):
    pass


class MyLinear(MyLinear):
    def forward(self, x):
        raise Leave
