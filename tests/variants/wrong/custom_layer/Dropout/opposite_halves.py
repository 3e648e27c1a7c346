"""Uses each random number u twice, the second time as 1 - u ("independently of the others").

says: does not draw each entry on its own
"""
class Dropout(nn.Module):
    def __init__(self, p: float):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"p must be between 0 and 1, not {p}")
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x
        flat = x.reshape(-1)
        u = torch.rand((flat.numel() + 1) // 2, device=x.device)
        drop = torch.cat([u, 1 - u])[: flat.numel()].reshape(x.shape) < self.p
        return x.masked_fill(drop, 0) / ((1 - self.p) or 1)
