"""Return ten gigabytes in one number.

earns: CenteredLayer
outcome: failed|killed
"""

import torch


class MyLinear(MyLinear):
    def forward(self, x):
        return torch.zeros(1).expand(2_500_000_000)
