"""Puts the activation behind both layers.

says: stands after the last layer, not between
"""
class MLP(nn.Module):
    def __init__(self, in_features, hidden, out_features):
        super().__init__()
        self.hidden = nn.Linear(in_features, hidden)
        self.out = nn.Linear(hidden, out_features)

    def forward(self, x):
        return torch.relu(self.out(self.hidden(x)))
