"""`view` joins the batch axes, which a transposed batch without padding does not allow.

Breaks: "It works on the last axis, whatever comes before it". (A tensor such as
`torch.zeros(3, 5, 8).transpose(0, 1)` raises a RuntimeError at width 4.)

says: need a contiguous tensor
"""

from torch import Tensor, nn
from torch.nn import functional as F


class VariableWidth(nn.Module):
    def __init__(self, width: int, out: int):
        super().__init__()
        self.linear = nn.Linear(width, out)

    def forward(self, x: Tensor) -> Tensor:
        width = self.linear.in_features
        missing = -x.shape[-1] % width
        if missing:
            x = F.pad(x, (0, missing))
        chunks = x.view(-1, x.shape[-1] // width, width)
        result = self.linear(chunks).sum(dim=1)
        return result.view(*x.shape[:-1], result.shape[-1])
