"""Divides integers by an integer for the exponents, which gives the default dtype, so
that under a default of bfloat16 the frequencies are coarse ("computed in float32 or
better, whatever the default dtype").

says: where bfloat16 is the default dtype
"""

class SinusoidalPositions(nn.Module):
    codes: Tensor

    def __init__(self, d: int, max_len: int):
        super().__init__()
        self.max_len = max_len
        exponents = torch.arange(0, d, 2) / d
        positions = torch.arange(max_len, dtype=torch.float64)[:, None]
        angles = positions / 10000 ** exponents.double()
        codes = torch.zeros(max_len, d, dtype=torch.float32)
        codes[:, 0::2] = angles.sin()
        codes[:, 1::2] = angles.cos()[:, : d // 2]
        self.register_buffer("codes", codes)

    def forward(self, x: Tensor) -> Tensor:
        n = x.shape[-2]
        if n > self.max_len:
            raise ValueError(f"{n} rows, but at most {self.max_len} have codes")
        return x + self.codes[:n].to(device=x.device, dtype=x.dtype)
