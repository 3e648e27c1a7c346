"""Return a nested tensor.

earns: CenteredLayer
outcome: failed
"""

import torch


class MyLinear(MyLinear):
    def forward(self, x):
        return torch.nested.nested_tensor([x, x[:1]])
