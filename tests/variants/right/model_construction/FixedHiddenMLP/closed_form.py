"""Counts the halvings with frexp instead of a loop; x - x finds what is not finite."""

class FixedHiddenMLP(nn.Module):
    weight: Tensor

    def __init__(self, features: int):
        super().__init__()
        self.linear = nn.Linear(features, features)
        self.register_buffer("weight", torch.randn(features, features))

    def forward(self, x: Tensor) -> Tensor:
        if (x - x).ne(0).any():
            raise ValueError("the input holds an infinity or NaN")
        hidden = torch.einsum("ni,ij->nj", self.linear(x), self.weight).add(1).relu()
        y = self.linear(hidden)
        mantissa, exponent = torch.frexp(y.detach().abs().sum())
        halvings = max(0, int(exponent) - int(mantissa == 0.5))
        return (y * 0.5**halvings).sum()
