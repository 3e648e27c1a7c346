"""Adds eps to the root and not under it ("x / sqrt(mean(x ** 2) + eps) * weight").

says: eps is added to the root, not under it
"""

class RMSNorm(nn.Module):
    def __init__(self, d: int, eps: float = 1e-6):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(d))

    def forward(self, x: Tensor) -> Tensor:
        wide = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
        root = wide.square().mean(dim=-1, keepdim=True).sqrt()
        return (wide / (root + self.eps) * self.weight).to(x.dtype)
