"""A loop over slices, with a weight of its own and zeros concatenated."""
class VariableWidth(nn.Module):
    def __init__(self, width, out):
        super().__init__()
        self.b = nn.Parameter(torch.zeros(out))
        self.w = nn.Parameter(torch.randn(out, width) / width)

    def forward(self, x):
        k = self.w.shape[1]
        total = 0
        for start in range(0, x.shape[-1], k):
            chunk = x[..., start : start + k]
            total = total + chunk @ self.w[:, : chunk.shape[-1]].t() + self.b
        return total
