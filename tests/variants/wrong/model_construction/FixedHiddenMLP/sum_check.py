"""Tests the sum for finiteness, which overflows for finite float16 input ("ValueError:
the input holds an infinity or NaN").

says: for numbers whose sum is infinite
"""

class FixedHiddenMLP(nn.Module):
    weight: Tensor

    def __init__(self, features: int):
        super().__init__()
        self.linear = nn.Linear(features, features)
        self.register_buffer("weight", torch.rand(features, features))

    def forward(self, x: Tensor) -> Tensor:
        if not torch.isfinite(x.sum()):
            raise ValueError("the input holds an infinity or NaN")
        h = torch.relu(self.linear(x) @ self.weight + 1)
        h = self.linear(h)
        while h.abs().sum() > 1:
            h = h / 2
        return h.sum()
