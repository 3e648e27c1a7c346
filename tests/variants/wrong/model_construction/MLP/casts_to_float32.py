"""The input is cast to float32, so that `net.double()` fails: breaks dtype generality,
which `Linear` layers have.

says: fixes the dtype
"""
class MLP(nn.Module):
    def __init__(self, in_features: int, hidden: int, out_features: int):
        super().__init__()
        self.hidden = nn.Linear(in_features, hidden)
        self.out = nn.Linear(hidden, out_features)

    def forward(self, x: Tensor) -> Tensor:
        return self.out(torch.relu(self.hidden(x.float())))
