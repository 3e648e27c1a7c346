"""Flattens everything behind the first axis.

says: does not fit the layer's in_features|MLP does not compute
"""
class MLP(nn.Module):
    def __init__(self, in_features, hidden, out_features):
        super().__init__()
        self.hidden = nn.Linear(in_features, hidden)
        self.out = nn.Linear(hidden, out_features)

    def forward(self, x):
        x = x.flatten(1)
        return self.out(torch.relu(self.hidden(x)))
