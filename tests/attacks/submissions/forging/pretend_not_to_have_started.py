"""Answer that the stub is untouched, or that a GPU is missing, to keep points open.

earns: CenteredLayer
outcome: not started
"""

from grader import NotStarted


class NoGpu(NotStarted):
    outcome = "no GPU here"


class MyLinear(MyLinear):
    def forward(self, x):
        raise NoGpu("no GPU here")
