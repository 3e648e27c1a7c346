"""Return a list ten million levels deep.

earns: CenteredLayer
outcome: failed|killed|timed out
"""


class MyLinear(MyLinear):
    def forward(self, x):
        deep = []
        for _ in range(10_000_000):
            deep = [deep]
        return deep
