"""The exponent is i / d instead of 2i / d ("sin(p / 10000^(2i / d)) in column 2i").

says: here it is i / d
"""
class SinusoidalPositions(nn.Module):
    codes: Tensor

    def __init__(self, d: int, max_len: int):
        super().__init__()
        position = torch.arange(max_len, dtype=torch.float64)[:, None]
        even = torch.arange(0, d, 2, dtype=torch.float64)
        angle = position / 10000 ** (even / 2 / d)
        codes = torch.zeros(max_len, d, dtype=torch.float64)
        codes[:, 0::2] = angle.sin()
        codes[:, 1::2] = angle.cos()[:, : d // 2]
        self.register_buffer("codes", codes.float())

    def forward(self, x: Tensor) -> Tensor:
        n = x.shape[-2]
        if n > self.codes.shape[0]:
            raise ValueError("more rows than max_len")
        return x + self.codes[:n].to(x)
