"""Takes dimension 1 for the rows, as with a batch of three dimensions.

says: the rows are the last dimension but one
"""
class SinusoidalPositions(nn.Module):
    def __init__(self, d, max_len):
        super().__init__()
        codes = torch.zeros(1, max_len, d)
        angles = torch.arange(max_len)[:, None] / 10_000 ** (torch.arange(0, d, 2) / d)
        codes[..., 0::2] = angles.sin()
        codes[..., 1::2] = angles[:, : d // 2].cos()
        self.register_buffer("codes", codes)

    def forward(self, x):
        if x.shape[1] > self.codes.shape[1]:
            raise ValueError
        return x + self.codes[:, : x.shape[1]].to(x)
