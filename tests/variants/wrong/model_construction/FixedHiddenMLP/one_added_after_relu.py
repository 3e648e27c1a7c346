"""Adds the 1 after the ReLU: breaks "`relu(linear(x) @ weight + 1)`".

says: added before the ReLU
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
        x = torch.relu(self.linear(x) @ self.weight) + 1
        x = self.linear(x)
        while x.abs().sum() > 1:
            x = x / 2
        return x.sum()
