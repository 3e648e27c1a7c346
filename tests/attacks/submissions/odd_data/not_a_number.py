"""Return values that are not numbers.

earns: CenteredLayer
outcome: failed
"""

import torch


class MyLinear(MyLinear):
    def forward(self, x):
        return torch.full_like(x, float("nan"))
