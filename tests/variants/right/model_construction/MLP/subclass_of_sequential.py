"""A subclass of nn.Sequential that inherits its forward."""
class MLP(nn.Sequential):
    def __init__(self, in_features: int, hidden: int, out_features: int):
        super().__init__(nn.Linear(in_features, hidden), nn.ReLU(), nn.Linear(hidden, out_features))
