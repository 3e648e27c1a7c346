"""Keeps an entry where it should be zero; the scale is right.

says: p is the probability of zero, not of being kept
"""
class Dropout(nn.Module):
    def __init__(self, p: float):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError("p must be between 0 and 1")
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.p == 0:
            return x
        if self.p == 1:
            return torch.zeros_like(x) * x
        keep = torch.rand(x.shape, device=x.device) < self.p
        return x * keep / (1 - self.p)
