"""Seeds torch's global generator to draw the weight: breaks "a random (features,
features) tensor", and changes global state.

says: weight is not random
"""
class FixedHiddenMLP(nn.Module):
    weight: Tensor

    def __init__(self, features: int):
        super().__init__()
        self.linear = nn.Linear(features, features)
        torch.manual_seed(0)
        self.register_buffer("weight", torch.rand(features, features))

    def forward(self, x: Tensor) -> Tensor:
        if not x.isfinite().all():
            raise ValueError("the input holds an infinity or NaN")
        x = torch.relu(self.linear(x) @ self.weight + 1)
        x = self.linear(x)
        while x.abs().sum() > 1:
            x = x / 2
        return x.sum()
