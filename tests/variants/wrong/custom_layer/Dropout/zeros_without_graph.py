"""With p = 1 returns zeros_like(x), cut off from autograd: backward raises ("gradients get the same
factors").

says: wrong gradients
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
        if self.p == 1:
            return torch.zeros_like(x)
        keep = torch.rand(x.shape, device=x.device) >= self.p
        return x.masked_fill(~keep, 0) / (1 - self.p)
