"""Casts the weight to float32, also for float64 inputs ("float64 inputs keep their precision").

says: torch.float64 and a weight of torch.float64
"""
class RMSNorm(nn.Module):
    def __init__(self, d: int, eps: float = 1e-6):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(d))

    def forward(self, x: Tensor) -> Tensor:
        wide = x.to(torch.promote_types(x.dtype, torch.float32))
        root = torch.sqrt(wide.square().mean(-1, keepdim=True) + self.eps)
        return (wide / root * self.weight.float()).to(x.dtype)
