r"""Accumulates from zeros of the default dtype, so that bfloat16 and float16 layers
give float32: breaks "The result has the dtype and the device of input and weight".

says: (?s)after \.bfloat16.*got +float32
"""


class QuadraticReduction(nn.Module):
    def __init__(self, in_features: int, out_features: int):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_features, in_features, out_features))

    def forward(self, x: Tensor) -> Tensor:
        y = torch.zeros(*x.shape[:-1], self.weight.shape[-1], device=x.device)
        for i, matrix in enumerate(self.weight):  # (in_features, out_features)
            y = y + x[..., i : i + 1] * (x @ matrix)
        return y
