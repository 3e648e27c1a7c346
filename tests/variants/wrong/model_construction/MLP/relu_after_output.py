"""The ReLU also follows the last layer: breaks "ReLU, a `Linear` layer to
`out_features` units", which is the end.

says: cuts off negative outputs
"""
class MLP(nn.Module):
    def __init__(self, in_features: int, hidden: int, out_features: int):
        super().__init__()
        self.hidden = nn.Linear(in_features, hidden)
        self.out = nn.Linear(hidden, out_features)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.out(torch.relu(self.hidden(x))))
