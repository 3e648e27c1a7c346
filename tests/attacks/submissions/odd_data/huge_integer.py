"""Return an integer of a million digits.

earns: CenteredLayer
outcome: failed
"""

import torch


class MyLinear(MyLinear):
    def forward(self, x):
        return 10**1_000_000
