"""ReLU is put before the first layer as well: breaks "A `Linear` layer to `hidden`
units, ReLU", in this order.

says: does not compute
"""
class MLP(nn.Module):
    def __init__(self, in_features: int, hidden: int, out_features: int):
        super().__init__()
        self.hidden = nn.Linear(in_features, hidden)
        self.out = nn.Linear(hidden, out_features)

    def forward(self, x: Tensor) -> Tensor:
        return self.out(torch.relu(self.hidden(torch.relu(x))))
