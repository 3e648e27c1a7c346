"""Counts the halvings first, then divides once by a power of two."""
class FixedHiddenMLP(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.linear = nn.Linear(features, features)
        constant = torch.empty(features, features).uniform_(-1, 1)
        self.register_buffer("weight", constant)

    def forward(self, x):
        if (x != x).any() or (x.abs() == float("inf")).any():
            raise ValueError("bad input")
        h = self.linear(x)
        h = torch.einsum("ni,ij->nj", h, self.weight).add(1).clamp_min(0)
        h = self.linear(h)
        size, factor = h.detach().abs().sum().item(), 1.0
        while size * factor > 1:
            factor /= 2
        return (h * factor).sum()
