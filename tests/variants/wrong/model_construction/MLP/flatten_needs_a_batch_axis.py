"""Flattens the leading axes first, so a single vector without any leading axis raises.

Breaks: "It works on the last axis, whatever comes before it." and
"Shapes: (..., in_features) -> (..., out_features)": an input of shape (in_features,).

says: without leading axes
"""

from torch import Tensor, nn


class MLP(nn.Module):
    def __init__(self, in_features: int, hidden: int, out_features: int):
        super().__init__()
        self.hidden = nn.Linear(in_features, hidden)
        self.relu = nn.ReLU()
        self.out = nn.Linear(hidden, out_features)

    def forward(self, x: Tensor) -> Tensor:
        rows = x.flatten(end_dim=-2)
        y = self.out(self.relu(self.hidden(rows)))
        return y.unflatten(0, x.shape[:-1])
