"""Each column has an angle of its own.

says: have the same angle
"""
class SinusoidalPositions(nn.Module):
    def __init__(self, d, max_len):
        super().__init__()
        angles = torch.arange(max_len)[:, None] / 10_000 ** (torch.arange(d) / d)
        codes = angles.sin()
        codes[:, 1::2] = angles[:, 1::2].cos()
        self.register_buffer("codes", codes)

    def forward(self, x):
        if x.shape[-2] > len(self.codes):
            raise ValueError
        return x + self.codes[: x.shape[-2]].to(x)
