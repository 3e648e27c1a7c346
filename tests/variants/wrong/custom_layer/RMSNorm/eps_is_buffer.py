"""Keeps eps as a buffer, which half() rounds, 1e-8 to 0 ("`x / sqrt(mean(x ** 2) + eps) * weight`",
"computed in float32").

says: where eps matters
"""

class RMSNorm(nn.Module):
    eps: Tensor

    def __init__(self, d: int, eps: float = 1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(d))
        self.register_buffer("eps", torch.tensor(eps, dtype=torch.float64), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        wide = x.to(torch.promote_types(x.dtype, torch.float32))
        root = torch.sqrt(wide.square().mean(-1, keepdim=True) + self.eps)
        return (wide / root * self.weight).to(x.dtype)
