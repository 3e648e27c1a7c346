r"""Looks at p = 1 before it looks at the mode ("change nothing in eval mode").

says: eval\(\)\(x\)
"""
class Dropout(nn.Module):
    def __init__(self, p: float):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"p must be between 0 and 1, not {p}")
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        if self.p == 1:
            return x * 0
        if not self.training:
            return x
        drop = torch.rand(x.shape, device=x.device) < self.p
        return x.masked_fill(drop, 0) / (1 - self.p)
