"""A cache on the class gives all networks of a width one tensor: breaks "`weight` a
random (features, features) tensor", of each network.

says: weight is not random
"""
class FixedHiddenMLP(nn.Module):
    weight: Tensor
    _weights: dict[int, Tensor] = {}

    def __init__(self, features: int):
        super().__init__()
        self.linear = nn.Linear(features, features)
        if features not in self._weights:
            self._weights[features] = torch.rand(features, features)
        self.register_buffer("weight", self._weights[features])

    def forward(self, x: Tensor) -> Tensor:
        if not x.isfinite().all():
            raise ValueError("the input holds an infinity or NaN")
        x = torch.relu(self.linear(x) @ self.weight + 1)
        x = self.linear(x)
        while x.abs().sum() > 1:
            x = x / 2
        return x.sum()
