"""Tests p < 0 or p > 1, which a NaN passes ("if p is not between 0 and 1").

says: every comparison with NaN is false
"""

class Dropout(nn.Module):
    def __init__(self, p: float):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError(f"p must be between 0 and 1, not {p}")
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x
        drop = torch.rand(x.shape, device=x.device) < self.p
        scale = 1 / (1 - self.p) if self.p < 1 else 1.0
        return (x * scale).masked_fill(drop, 0)
