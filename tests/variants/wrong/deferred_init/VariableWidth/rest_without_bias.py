"""The rest after the full chunks meets the first columns of the weight, without a bias.

Breaks: "One and the same `Linear(width, out)` is applied to each chunk, its bias
included, and the results are summed."

says: a chunk that is filled up has the bias
"""

from torch import Tensor, nn
from torch.nn import functional as F


class VariableWidth(nn.Module):
    def __init__(self, width: int, out: int):
        super().__init__()
        self.linear = nn.Linear(width, out)

    def forward(self, x: Tensor) -> Tensor:
        width = self.linear.in_features
        full = x.shape[-1] // width * width
        rest = x[..., full:]
        # Zeros add nothing, so the rest need not be filled up.
        result = F.linear(rest, self.linear.weight[:, : rest.shape[-1]])
        for chunk in x[..., :full].split(width, dim=-1) if full else ():
            result = result + self.linear(chunk)
        return result
