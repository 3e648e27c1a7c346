"""Casts the result back for half inputs only, so a float64 weight makes a float32 input float64 ("the
dtype of the input, even where that of weight is another").

says: (?s)where float64 is the default dtype.*got +float64
"""

class RMSNorm(nn.Module):
    def __init__(self, d: int, eps: float = 1e-6):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(d))

    def _norm(self, x: Tensor) -> Tensor:
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + self.eps) * self.weight

    def forward(self, x: Tensor) -> Tensor:
        if x.dtype in (torch.float16, torch.bfloat16):
            return self._norm(x.float()).to(x.dtype)
        return self._norm(x)
