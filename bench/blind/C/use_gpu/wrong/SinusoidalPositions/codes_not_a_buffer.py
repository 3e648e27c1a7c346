"""Keeps the codes in a plain attribute, which `to` leaves behind, and sends them anew in each call: breaks "When the module has been moved to the input's device, nothing more is sent there"."""


class SinusoidalPositions(nn.Module):
    codes: Tensor

    def __init__(self, d: int, max_len: int):
        super().__init__()
        self.max_len = max_len
        positions = torch.arange(max_len, dtype=torch.float64)[:, None]
        exponents = torch.arange(0, d, 2, dtype=torch.float64) / d
        angles = positions / 10000**exponents
        codes = torch.zeros(max_len, d, dtype=torch.float64)
        codes[:, 0::2] = torch.sin(angles)
        codes[:, 1::2] = torch.cos(angles)[:, : d // 2]
        self.codes = codes.float()

    def forward(self, x: Tensor) -> Tensor:
        n = x.shape[-2]
        if n > self.max_len:
            raise ValueError(f"{n} positions exceed max_len = {self.max_len}")
        return x + self.codes[:n].to(x.device).to(x.dtype)
