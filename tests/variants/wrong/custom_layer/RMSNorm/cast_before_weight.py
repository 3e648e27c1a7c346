"""Casts back before the multiplication by weight, so a float32 weight makes a float16 input float32
("The result has the dtype of the input, even where that of weight is another").

says: does not keep the dtype of its input
"""

class RMSNorm(nn.Module):
    def __init__(self, d: int, eps: float = 1e-6):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(d))

    def forward(self, x: Tensor) -> Tensor:
        half = x.dtype in (torch.float16, torch.bfloat16)
        wide = x.float() if half else x
        normed = wide * torch.rsqrt(wide.square().mean(-1, keepdim=True) + self.eps)
        return normed.to(x.dtype) * self.weight
