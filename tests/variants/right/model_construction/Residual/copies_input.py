"""Gives the block a copy, so that a block that works in place leaves x alone."""
class Residual(nn.Module):
    def __init__(self, block, in_features, out_features):
        super().__init__()
        self._around = None
        if in_features != out_features:
            self._around = nn.Linear(in_features, out_features, bias=False)
        self._through = block

    def forward(self, x):
        around = x if self._around is None else self._around(x)
        return torch.add(around, self._through(x.clone()))
