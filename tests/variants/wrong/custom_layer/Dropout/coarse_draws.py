"""Draws the random numbers in the dtype of x; bfloat16 ones come in steps of 1/256, so a small p is
not the probability of a zero ("zeroed with probability p").

says: too coarse
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
        if self.p == 1:
            return x.masked_fill(torch.ones_like(x, dtype=torch.bool), 0)
        keep = torch.rand_like(x) >= self.p
        return (x / (1 - self.p)).masked_fill(~keep, 0)
