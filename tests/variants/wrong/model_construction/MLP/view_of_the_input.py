"""Flattens with `view`, which refuses non-contiguous input: breaks "works on the last
axis, whatever comes before it".

says: need a contiguous tensor
"""
class MLP(nn.Module):
    def __init__(self, in_features: int, hidden: int, out_features: int):
        super().__init__()
        self.hidden = nn.Linear(in_features, hidden)
        self.out = nn.Linear(hidden, out_features)

    def forward(self, x: Tensor) -> Tensor:
        rows = x.view(-1, x.shape[-1])
        rows = self.out(torch.relu(self.hidden(rows)))
        return rows.view(*x.shape[:-1], self.out.out_features)
