"""Return text that has no encoding.

earns: CenteredLayer
outcome: failed
"""

import torch


class MyLinear(MyLinear):
    def forward(self, x):
        return "\ud800" * 1000
