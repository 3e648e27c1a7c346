"""Leaves the check to the failing addition, but with max_len=1 the only code is broadcast and nothing fails ("ValueError: n exceeds max_len").

says: a table of one row broadcasts
"""

class SinusoidalPositions(nn.Module):
    codes: Tensor

    def __init__(self, d: int, max_len: int):
        super().__init__()
        positions = torch.arange(max_len, dtype=torch.float64).unsqueeze(1)
        angles = positions / 10000 ** (torch.arange(0, d, 2, dtype=torch.float64) / d)
        codes = torch.zeros(max_len, d, dtype=torch.float32)
        codes[:, 0::2] = torch.sin(angles)
        codes[:, 1::2] = torch.cos(angles)[:, : d // 2]
        self.register_buffer("codes", codes, persistent=False)

    def _apply(self, fn, recurse=True):
        codes = self.codes
        super()._apply(fn, recurse)
        if self.codes.dtype != codes.dtype:  # follow to devices, not to dtypes
            self.codes = codes.to(self.codes.device)
        return self

    def forward(self, x: Tensor) -> Tensor:
        n = x.shape[-2]
        codes = self.codes[:n].to(x.device)
        try:
            return (x + codes).to(x.dtype)
        except RuntimeError:
            raise ValueError(f"{n} positions are more than max_len") from None
