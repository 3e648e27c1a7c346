"""Moves its own buffer to the dtype of the input, which rounds it for good.

says: stays rounded
"""
class SinusoidalPositions(nn.Module):
    def __init__(self, d, max_len):
        super().__init__()
        codes = torch.zeros(max_len, d)
        angles = torch.arange(max_len)[:, None] / 10_000 ** (torch.arange(0, d, 2) / d)
        codes[:, 0::2] = angles.sin()
        codes[:, 1::2] = angles[:, : d // 2].cos()
        self.register_buffer("codes", codes)

    def forward(self, x):

        if x.shape[-2] > len(self.codes):
            raise ValueError
        self.codes = self.codes.to(x)
        return x + self.codes[: x.shape[-2]]
