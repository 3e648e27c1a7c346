"""Minds sums that are too large for float16, not those that are too small.

says: too small for float16
"""
class CenteredLayer(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        total = x.sum()
        if total == torch.inf:
            return x - (x.float().sum() / x.numel()).to(x.dtype)
        return x - total / x.numel()
