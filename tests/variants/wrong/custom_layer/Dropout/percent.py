"""Draws whole numbers of percent, too coarse for a p of 0.9998 ("with probability p").

says: about 20 entries
"""
class Dropout(nn.Module):
    def __init__(self, p: float):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"p must be between 0 and 1, not {p}")
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x
        drop = torch.randint(100, x.shape, device=x.device) < 100 * self.p
        return x.masked_fill(drop, 0) / ((1 - self.p) or 1)
