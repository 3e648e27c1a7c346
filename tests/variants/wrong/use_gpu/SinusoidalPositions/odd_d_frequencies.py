"""For odd d the frequencies are those of the next even d ("sin(p / 10000^(2i / d))", "d may be odd").

says: an odd d has one cosine less
"""

class SinusoidalPositions(nn.Module):
    codes: Tensor

    def __init__(self, d: int, max_len: int):
        super().__init__()
        half = (d + 1) // 2
        positions = torch.arange(max_len, dtype=torch.float64).unsqueeze(1)
        angles = positions / 10000 ** (torch.arange(half, dtype=torch.float64) / half)
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
        if n > self.codes.shape[0]:
            raise ValueError(f"{n} positions, but max_len is {self.codes.shape[0]}")
        return (x + self.codes[:n].to(x.device)).to(x.dtype)
