"""Layers live in an nn.ModuleDict, and ReLU is written as a threshold."""
class MLP(nn.Module):
    def __init__(self, in_features: int, hidden: int, out_features: int):
        super().__init__()
        self._layers = nn.ModuleDict()
        self._layers["first"] = nn.Linear(in_features, hidden)
        self._layers["second"] = nn.Linear(hidden, out_features)

    def forward(self, x: Tensor) -> Tensor:
        hidden = nn.functional.threshold(self._layers["first"](x), 0.0, 0.0)
        return self._layers["second"](hidden)
