"""Rounds p before it looks whether it is a probability ("if p is not between 0 and 1").

says: does not raise
"""
class Dropout(nn.Module):
    def __init__(self, p: float):
        super().__init__()
        if not 0 <= round(min(p, 2), 6) <= 1 or p != p:
            raise ValueError(f"p must be between 0 and 1, not {p}")
        self.p = min(max(p, 0), 1)

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x
        drop = torch.rand(x.shape, device=x.device) < self.p
        return x.masked_fill(drop, 0) / ((1 - self.p) or 1)
