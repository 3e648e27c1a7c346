"""Makes the constants on the CPU in forward.

says: net\.to moves buffers, not plain attributes
"""
class SinusoidalPositions(nn.Module):
    def __init__(self, d, max_len):
        super().__init__()
        self.d, self.max_len = d, max_len

    def forward(self, x):
        n, d = x.shape[-2], self.d
        if n > self.max_len:
            raise ValueError
        codes = torch.zeros(n, d, dtype=x.dtype)
        angles = torch.arange(n, dtype=torch.float32)[:, None] / 10_000 ** (torch.arange(0, d, 2, dtype=torch.float32) / d)
        codes[:, 0::2] = angles.sin()
        codes[:, 1::2] = angles[:, : d // 2].cos()
        return x + codes
