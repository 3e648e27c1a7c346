"""Return a quantised tensor.

earns: CenteredLayer
outcome: failed
"""

import torch


class MyLinear(MyLinear):
    def forward(self, x):
        return torch.quantize_per_tensor(x, 0.1, 0, torch.quint8)
