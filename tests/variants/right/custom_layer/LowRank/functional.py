"""Computes with the merged weight; parts of a list; frees nothing."""
class LowRank(nn.Module):
    def __init__(self, linear, rank, scale=1.0):
        super().__init__()
        for p in linear.parameters():
            p.requires_grad = False
        self.base = linear
        self.scaling = scale
        out_features, in_features = linear.weight.shape
        kind = dict(dtype=linear.weight.dtype, device=linear.weight.device)
        self.B = nn.Parameter(torch.zeros(out_features, rank, **kind))
        self.A = nn.Parameter(torch.empty(rank, in_features, **kind))
        nn.init.kaiming_uniform_(self.A, a=5**0.5)

    def _weight(self):
        return self.base.weight + self.scaling * (self.B @ self.A)

    def forward(self, x):
        return nn.functional.linear(x, self._weight(), self.base.bias)

    def merged(self):
        b = self.base
        new = nn.Linear(b.in_features, b.out_features, b.bias is not None, device=b.weight.device, dtype=b.weight.dtype)
        with torch.no_grad():
            new.weight.copy_(self._weight())
            if b.bias is not None:
                new.bias.copy_(b.bias)
        return new
