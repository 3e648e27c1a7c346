"""Match a pattern that takes exponential time.

earns: CenteredLayer
outcome: timed out
levels: bubblewrap uid
"""

import re


class MyLinear(MyLinear):
    def forward(self, x):
        re.match(r"(a+)+$", "a" * 64 + "b")
