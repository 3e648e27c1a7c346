r"""Drops the last axis when there is one output unit: breaks "(..., in_features) ->
(..., out_features)" for out_features = 1.

says: (?s)MLP\(\d+, \d+, 1\).*expected +float32 \(\d+, 1\)
"""


class MLP(nn.Module):
    def __init__(self, in_features: int, hidden: int, out_features: int):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(in_features, hidden),
            nn.ReLU(),
            nn.Linear(hidden, out_features),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x).squeeze(-1)
