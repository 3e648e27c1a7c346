"""Restores the leading axes with reshape(*batch, -1), which raises for an empty batch
such as (0, 4): breaks "on the last axis, whatever comes before it".

says: for an empty batch
"""


class MLP(nn.Module):
    def __init__(self, in_features: int, hidden: int, out_features: int):
        super().__init__()
        self.hidden = nn.Linear(in_features, hidden)
        self.out = nn.Linear(hidden, out_features)

    def forward(self, x: Tensor) -> Tensor:
        batch = x.shape[:-1]
        rows = x.reshape(-1, x.shape[-1])
        y = self.out(torch.relu(self.hidden(rows)))
        return y.reshape(*batch, -1)
