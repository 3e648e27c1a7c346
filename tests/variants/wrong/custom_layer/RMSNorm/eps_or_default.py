"""Takes an eps of 0 for one that is left out.

says: for an eps of 0
"""
class RMSNorm(nn.Module):
    def __init__(self, d: int, eps: float = 1e-6):
        super().__init__()
        self.eps = eps or 1e-6
        self.weight = nn.Parameter(torch.ones(d))

    def forward(self, x: Tensor) -> Tensor:
        wide = x.to(torch.promote_types(x.dtype, torch.float32))
        root = torch.sqrt(wide.square().mean(-1, keepdim=True) + self.eps)
        return (wide / root * self.weight).to(x.dtype)
