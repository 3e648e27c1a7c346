"""Makes the layers in the first call, so an optimizer made before it has no parameters ("Every call uses the same layers, so the network can be trained")."""

class MLP(nn.Module):
    def __init__(self, in_features: int, hidden: int, out_features: int):
        super().__init__()
        self.widths = (in_features, hidden, out_features)
        self.net = None

    def forward(self, x: Tensor) -> Tensor:
        if self.net is None:
            a, b, c = self.widths
            self.net = nn.Sequential(nn.Linear(a, b), nn.ReLU(), nn.Linear(b, c)).to(x)
        return self.net(x)
