"""Checks with `p < 0 or p > 1`, which NaN passes: breaks "ValueError: when the layer is made, if `p` is not between 0 and 1; NaN is not"."""


class Dropout(nn.Module):
    def __init__(self, p: float):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError(f"p must be between 0 and 1, not {p}")
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x
        keep = torch.rand(x.shape, device=x.device) >= self.p
        kept_share = 1 - self.p if self.p < 1 else 1.0  # with p = 1 nothing is kept
        return torch.where(keep, x / kept_share, 0.0)
