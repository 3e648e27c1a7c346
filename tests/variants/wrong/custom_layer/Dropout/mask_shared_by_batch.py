"""Draws one mask for the last two axes and shares it over the others ("independently of the others").

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
        keep = torch.rand(x.shape[-2:], device=x.device) >= self.p
        kept = torch.where(keep, x, torch.zeros_like(x))
        return kept / (1 - self.p) if self.p < 1 else kept
