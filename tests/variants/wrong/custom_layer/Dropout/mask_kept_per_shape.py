"""Keeps the mask of the last call and uses it again for an input of the same shape ("anew at every
call").

says: the same entries at every call
"""

class Dropout(nn.Module):
    def __init__(self, p: float):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"p must be between 0 and 1, not {p}")
        self.p = p
        self._drop = None

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x
        if self._drop is None or self._drop.shape != x.shape or self._drop.device != x.device:
            self._drop = torch.rand(x.shape, device=x.device) < self.p
        scale = 1 / (1 - self.p) if self.p < 1 else 0.0
        return (x * scale).masked_fill(self._drop, 0)
