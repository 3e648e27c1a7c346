"""The hidden step closes over the tensor that was the buffer when the network was made.

Breaks: "`weight` [...] follows the network to other dtypes and devices": the buffer of the
state dict does, the tensor that is computed with does not; after `net.double()` forward
raises.

says: copy still uses the original
"""

import torch
from torch import Tensor, nn


class FixedHiddenMLP(nn.Module):
    weight: Tensor

    def __init__(self, features: int):
        super().__init__()
        weight = torch.rand(features, features)
        self.linear = nn.Linear(features, features)
        self.register_buffer("weight", weight)
        self.fixed = lambda h: torch.relu(h @ weight + 1)

    def forward(self, x: Tensor) -> Tensor:
        if not x.isfinite().all():
            raise ValueError("the input is not finite")
        x = self.linear(self.fixed(self.linear(x)))
        while x.abs().sum() > 1:
            x = x / 2
        return x.sum()
