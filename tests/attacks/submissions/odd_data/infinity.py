"""Return infinite values.

earns: CenteredLayer
outcome: failed
"""

import torch


class MyLinear(MyLinear):
    def forward(self, x):
        return torch.full_like(x, float("inf"))
