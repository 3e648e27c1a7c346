"""Draws the random numbers in the dtype of x: bfloat16 has 256 of them ("zeroed with probability `p`")."""

class Dropout(nn.Module):
    def __init__(self, p: float):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"p must be between 0 and 1, not {p}")
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x
        drop = torch.rand_like(x) < self.p
        return x.masked_fill(drop, 0) / (1 - self.p if self.p < 1 else 1)
