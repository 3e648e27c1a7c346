"""Fills a result made with torch.zeros in the default dtype ("The result has the dtype and the device
of input and weight").

says: Cannot copy out of meta|on the CPU
"""

class QuadraticReduction(nn.Module):
    def __init__(self, in_features: int, out_features: int):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_features, in_features, out_features))

    def forward(self, x: Tensor) -> Tensor:
        out = self.weight.shape[-1]
        y = torch.zeros(*x.shape[:-1], out)
        for k in range(out):
            y[..., k] = ((x @ self.weight[:, :, k]) * x).sum(dim=-1)
        return y
