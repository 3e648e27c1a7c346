"""Draws one mask for the last axis and shares it over the batch ("independently of the others").

says: does not draw each entry on its own
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
        drop = torch.rand(x.shape[-1:], device=x.device) < self.p
        scale = 1 / (1 - self.p) if self.p < 1 else 1.0
        return (x * scale).masked_fill(drop, 0)
