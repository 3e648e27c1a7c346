"""Stacks as many cosines as sines, which is one column too many for an odd width.

says: one cosine less
"""
class SinusoidalPositions(nn.Module):
    def __init__(self, d, max_len):
        super().__init__()
        angles = torch.arange(max_len)[:, None] / 10_000 ** (torch.arange(0, d, 2) / d)
        codes = torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)
        self.register_buffer("codes", codes)

    def forward(self, x):
        if x.shape[-2] > len(self.codes):
            raise ValueError
        return x + self.codes[: x.shape[-2]].to(x)
