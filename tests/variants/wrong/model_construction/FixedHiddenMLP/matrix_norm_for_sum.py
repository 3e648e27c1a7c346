"""Takes `torch.linalg.norm(x, 1)` of a matrix, the largest column sum, for the sum of all.

Breaks: "halves it while the sum of its absolute values exceeds 1": it stops while the sum
over all columns is still far above 1.

says: does not compute its formula
"""

import torch
from torch import Tensor, nn


class FixedHiddenMLP(nn.Module):
    weight: Tensor

    def __init__(self, features: int):
        super().__init__()
        self.linear = nn.Linear(features, features)
        self.register_buffer("weight", torch.rand(features, features))

    def forward(self, x: Tensor) -> Tensor:
        if not x.isfinite().all():
            raise ValueError("the input is not finite")
        x = torch.relu(self.linear(x) @ self.weight + 1)
        x = self.linear(x)
        while torch.linalg.norm(x, 1) > 1:
            x = x / 2
        return x.sum()
