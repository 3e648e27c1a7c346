"""Right: draws a tensor of factors, 0 or 1 / (1 - p), in double precision, and picks with torch.where;
p lives in a closure."""

class Dropout(nn.Module):
    def __init__(self, p: float):
        super().__init__()
        if not (p >= 0 and p <= 1):
            raise ValueError("p must lie between 0 and 1")

        def drop(x: Tensor) -> Tensor:
            keep = torch.rand(x.shape, dtype=torch.float64, device=x.device) >= p
            grown = x / (1 - p) if p < 1 else x
            return torch.where(keep, grown, torch.zeros((), dtype=x.dtype, device=x.device))

        self._drop = drop

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x
        return self._drop(x)
