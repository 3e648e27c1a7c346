"""Computes everything in float32 and casts back, so float64 inputs lose half of their digits (only
float16 and bfloat16 are to be computed in float32).

says: wrong result for float64
"""

class RMSNorm(nn.Module):
    def __init__(self, d: int, eps: float = 1e-6):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(d))

    def forward(self, x: Tensor) -> Tensor:
        wide = x.float()
        y = wide * torch.rsqrt(wide.square().mean(-1, keepdim=True) + self.eps)
        return (y * self.weight).to(x.dtype)
