"""Squares the root of the mean square again to add eps: the gradient of a row of zeros is NaN.

says: wrong gradients for a tensor of zeros
"""
class RMSNorm(nn.Module):
    def __init__(self, d: int, eps: float = 1e-6):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(d))

    def forward(self, x: Tensor) -> Tensor:
        wide = x.to(torch.promote_types(x.dtype, torch.float32))
        root = wide.square().mean(-1, keepdim=True).sqrt()
        return (wide / torch.sqrt(root.square() + self.eps) * self.weight).to(x.dtype)
