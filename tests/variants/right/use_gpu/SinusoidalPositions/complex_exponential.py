"""Sine and cosine as parts of a complex exponential, in a buffer that is not saved."""
class SinusoidalPositions(nn.Module):
    codes: Tensor

    def __init__(self, d: int, max_len: int):
        super().__init__()
        pairs = (d + 1) // 2
        speed = 10000.0 ** (-2 * torch.arange(pairs, dtype=torch.float64) / d)
        angle = torch.outer(torch.arange(max_len, dtype=torch.float64), speed)
        turned = torch.view_as_real(torch.polar(torch.ones_like(angle), angle))
        codes = turned.flip(-1).reshape(max_len, 2 * pairs)[:, :d]
        self.register_buffer("codes", codes.float().contiguous(), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        rows = x.size(-2)
        if rows > len(self.codes):
            raise ValueError(f"{rows} rows, but codes for {len(self.codes)}")
        return torch.add(x, self.codes.narrow(0, 0, rows).to(x.device, x.dtype))
