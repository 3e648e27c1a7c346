"""Uses eps as a lower bound of the mean square and does not add it ("sqrt(mean(x ** 2) + eps)").

says: a lower bound
"""

class RMSNorm(nn.Module):
    def __init__(self, d: int, eps: float = 1e-6):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(d))

    def forward(self, x: Tensor) -> Tensor:
        wide = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
        ms = wide.pow(2).mean(dim=-1, keepdim=True).clamp(min=self.eps)
        return (wide / ms.sqrt() * self.weight).to(x.dtype)
