"""Draws from a generator of its own with a fixed seed: every layer drops the same ("at random").

says: the same entries at every call, or in every layer
"""
class Dropout(nn.Module):
    def __init__(self, p: float):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"p must be between 0 and 1, not {p}")
        self.p = p
        self._generator = torch.Generator().manual_seed(0)

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x
        drop = torch.rand(x.shape, generator=self._generator) < self.p
        return x.masked_fill(drop, 0) / ((1 - self.p) or 1)
