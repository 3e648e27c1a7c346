"""Widens after squaring, when the squares of large float16 entries are infinite already ("so that the
squares of large entries do not overflow").

says: squares overflow in float16
"""

class RMSNorm(nn.Module):
    def __init__(self, d: int, eps: float = 1e-6):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(d))

    def forward(self, x: Tensor) -> Tensor:
        squares = x * x
        wide = x
        if x.dtype in (torch.float16, torch.bfloat16):
            squares, wide = squares.float(), x.float()
        rms = torch.sqrt(squares.mean(-1, keepdim=True) + self.eps)
        return (wide / rms * self.weight).to(x.dtype)
