"""Only the device follows the input, so half precision comes back as float32 ("The output has the input's dtype and device").

slip: half input gives float32
"""

class SinusoidalPositions(nn.Module):
    codes: Tensor

    def __init__(self, d: int, max_len: int):
        super().__init__()
        position = torch.arange(max_len, dtype=torch.float64)[:, None]
        even = torch.arange(0, d, 2, dtype=torch.float64)
        angle = position / 10000 ** (even / d)
        codes = torch.zeros(max_len, d, dtype=torch.float64)
        codes[:, 0::2] = angle.sin()
        codes[:, 1::2] = angle.cos()[:, : d // 2]
        self.register_buffer("codes", codes.float())

    def forward(self, x: Tensor) -> Tensor:
        n = x.shape[-2]
        if n > self.codes.shape[0]:
            raise ValueError("more rows than max_len")
        return x + self.codes[:n].to(x.device)
