"""Accumulates in torch.zeros of default dtype and device: a half layer gives float32 ("The result has the dtype and the device of input and weight")."""

class QuadraticReduction(nn.Module):
    def __init__(self, in_features: int, out_features: int):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_features, in_features, out_features))

    def forward(self, x: Tensor) -> Tensor:
        out = torch.zeros(*x.shape[:-1], self.weight.shape[-1])
        for i, form in enumerate(self.weight):
            out = out + x[..., i : i + 1] * (x @ form)
        return out
