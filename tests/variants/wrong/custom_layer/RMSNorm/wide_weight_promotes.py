"""Casts back only what it has upcast itself: float32 in, float64 weight, float64 out
("dtype of the input, even where that of `weight` is another").

says: where float64 is the default dtype
"""

class RMSNorm(nn.Module):
    def __init__(self, d: int, eps: float = 1e-6):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(d))

    def forward(self, x: Tensor) -> Tensor:
        if x.dtype in (torch.float16, torch.bfloat16):
            return self.forward(x.float()).to(x.dtype)
        return x / torch.sqrt((x**2).mean(-1, keepdim=True) + self.eps) * self.weight
