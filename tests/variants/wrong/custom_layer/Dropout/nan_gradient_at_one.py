r"""Divides by 1 - p before `torch.where`, so that with p = 1 the result is 0 but the
gradients are NaN (0 / 0): breaks "gradients get the same factors", "with `p` = 1 none".

says: (?s)wrong gradients.*Dropout\(1\).*nan instead of 0
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
        keep = torch.rand(x.shape, device=x.device) >= self.p
        return torch.where(keep, x / (1 - self.p), 0.0)
