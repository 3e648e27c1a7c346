"""Uses F.linear, which multiplies by the transposed weight: breaks "`linear(x) @
weight`".

says: not by its transpose
"""
class FixedHiddenMLP(nn.Module):
    weight: Tensor

    def __init__(self, features: int):
        super().__init__()
        self.linear = nn.Linear(features, features)
        self.register_buffer("weight", torch.rand(features, features))

    def forward(self, x: Tensor) -> Tensor:
        if not x.isfinite().all():
            raise ValueError("the input holds an infinity or NaN")
        x = torch.relu(nn.functional.linear(self.linear(x), self.weight) + 1)
        x = self.linear(x)
        while x.abs().sum() > 1:
            x = x / 2
        return x.sum()
