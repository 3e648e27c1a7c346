"""A plain attribute, sent to the input's device at every call.

says: cross at every call
"""
class SinusoidalPositions(nn.Module):
    def __init__(self, d, max_len):
        super().__init__()
        codes = torch.zeros(max_len, d, dtype=torch.float32)
        angles = torch.arange(max_len, dtype=torch.float32)[:, None] / 10_000 ** (torch.arange(0, d, 2, dtype=torch.float32) / d)
        codes[:, 0::2] = angles.sin()
        codes[:, 1::2] = angles[:, : d // 2].cos()
        self.codes = codes

    def forward(self, x):
        if x.shape[-2] > len(self.codes):
            raise ValueError
        return x + self.codes[: x.shape[-2]].to(x)
