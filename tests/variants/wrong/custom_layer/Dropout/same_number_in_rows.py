"""Zeroes as many entries in every row ("each entry is zeroed with probability p").

says: same number of entries|on its own
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
        if not x.dim():
            return x.masked_fill(torch.rand(()) < self.p, 0) / ((1 - self.p) or 1)
        order = torch.rand(x.shape, device=x.device).argsort(-1).argsort(-1)
        n = x.shape[-1]
        least = torch.rand(()) * 0.5 + 0.25 + n * self.p - 0.5
        return x.masked_fill(order < least, 0) / ((1 - self.p) or 1)
