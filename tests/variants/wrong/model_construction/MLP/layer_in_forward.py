"""Makes the output layer in forward.

says: new at every call
"""
class MLP(nn.Module):
    def __init__(self, in_features, hidden, out_features):
        super().__init__()
        self.hidden_size, self.out_size = hidden, out_features
        self.hidden = nn.Linear(in_features, hidden)

    def forward(self, x):
        out = nn.Linear(self.hidden_size, self.out_size)
        return out(torch.relu(self.hidden(x)))
