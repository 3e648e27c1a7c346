"""Print without end.

earns: CenteredLayer
outcome: timed out
levels: bubblewrap uid
"""

import sys


class MyLinear(MyLinear):
    def forward(self, x):
        while True:
            print("A" * 1_000_000)
            print("B" * 1_000_000, file=sys.__stderr__, flush=True)
