"""Computes the angles in the input's dtype.

says: angles rounded to a narrow dtype
"""
class SinusoidalPositions(nn.Module):
    def __init__(self, d, max_len):
        super().__init__()
        self.d, self.max_len = d, max_len

    def forward(self, x):
        n, d = x.shape[-2], self.d
        if n > self.max_len:
            raise ValueError
        position = torch.arange(n, device=x.device).to(x.dtype)[:, None]
        column = torch.arange(d, device=x.device)
        exponent = (2 * (column // 2) / d).to(x.dtype)
        angles = position * 10_000**-exponent
        return x + torch.where(column % 2 == 0, angles.sin(), angles.cos()).to(x.dtype)
