"""Divides by 1 - p also for p = 1, where 0 / 0 gives NaN ("with p = 1 none" are kept: all are zero).

says: which is NaN
"""

class Dropout(nn.Module):
    def __init__(self, p: float):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"p must be between 0 and 1, not {p}")
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.p == 0:
            return x
        drop = torch.rand(x.shape, device=x.device) < self.p
        return x.masked_fill(drop, 0) / (1 - self.p)
