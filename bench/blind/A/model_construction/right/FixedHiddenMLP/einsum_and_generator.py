"""The product is an einsum, and a generator gives the halves, of which the first small one is taken.

slip: einsum and a generator of halves
"""

class FixedHiddenMLP(nn.Module):
    weight: Tensor

    def __init__(self, features: int):
        super().__init__()
        self.register_buffer("weight", torch.empty(features, features).normal_())
        self.linear = nn.Linear(features, features)

    def forward(self, x: Tensor) -> Tensor:
        if (~torch.isfinite(x)).any():
            raise ValueError("give finite numbers only")
        hidden = torch.einsum("ni,ij->nj", self.linear(x), self.weight).add(1).relu()
        halves = self._halves(self.linear(hidden))
        return next(x for x in halves if not x.abs().sum() > 1).sum()

    @staticmethod
    def _halves(x: Tensor) -> Iterator[Tensor]:
        while True:
            yield x
            x = x * 0.5
