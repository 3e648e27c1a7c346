"""Unusual: the codes are the parts of unit complex numbers in float64, powers of one number per pair of columns."""


class SinusoidalPositions(nn.Module):
    codes: Tensor

    def __init__(self, d: int, max_len: int):
        super().__init__()
        wide = torch.float64
        rates = torch.tensor([1e4 ** (-k / d) for k in range(0, d, 2)], dtype=wide)
        angles = torch.outer(torch.arange(max_len, dtype=wide), rates)
        turns = torch.polar(torch.ones_like(angles), angles)
        pairs = torch.view_as_real(turns).flip(-1)
        codes = pairs.reshape(max_len, 2 * len(rates))[:, :d].to(torch.float32)
        self.register_buffer("codes", codes.contiguous(), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        rows = x.shape[-2]
        if rows > len(self.codes):
            raise ValueError(f"{rows} rows exceed {len(self.codes)}")
        return torch.add(x, self.codes.narrow(0, 0, rows).to(x.device, x.dtype))
