"""Layers in a ModuleDict, the last one first."""
class MLP(nn.Module):
    def __init__(self, in_features, hidden, out_features):
        super().__init__()
        self.layers = nn.ModuleDict()
        self.layers["top"] = nn.Linear(hidden, out_features)
        self.layers["bottom"] = nn.Linear(in_features, hidden)

    def forward(self, x):
        return self.layers["top"](nn.functional.relu(self.layers["bottom"](x)))
