"""Computes the codes in the default dtype; with torch.set_default_dtype(torch.bfloat16) they are coarse ("computed in float32 or better").

says: may be too narrow
"""

class SinusoidalPositions(nn.Module):
    codes: Tensor

    def __init__(self, d: int, max_len: int):
        super().__init__()
        positions = torch.arange(max_len).unsqueeze(1)
        angles = positions / 10000 ** (torch.arange(0, d, 2) / d)
        codes = torch.zeros(max_len, d)
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
