"""Only float16 is computed in float32, bfloat16 in itself ("float16 and bfloat16 inputs are computed in float32")."""


class RMSNorm(nn.Module):
    def __init__(self, d: int, eps: float = 1e-6):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(d))

    def forward(self, x: Tensor) -> Tensor:
        h = x.float() if x.dtype == torch.float16 else x
        h = h / torch.sqrt(h.square().mean(-1, keepdim=True) + self.eps)
        return (h * self.weight.to(h.dtype)).to(x.dtype)
