"""Sines left, cosines right.

says: in two halves
"""
class SinusoidalPositions(nn.Module):
    def __init__(self, d, max_len):
        super().__init__()
        angles = torch.arange(max_len)[:, None] / 10_000 ** (torch.arange(0, d, 2) / d)
        self.register_buffer("codes", torch.cat([angles.sin(), angles.cos()], dim=1)[:, :d])

    def forward(self, x):
        if x.shape[-2] > len(self.codes):
            raise ValueError
        return x + self.codes[: x.shape[-2]].to(x)
