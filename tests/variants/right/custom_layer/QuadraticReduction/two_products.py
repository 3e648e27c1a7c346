"""Right: two matrix products on flattened rows, one for each factor x, and no einsum."""

class QuadraticReduction(nn.Module):
    def __init__(self, in_features: int, out_features: int):
        super().__init__()
        self.register_parameter(
            "weight", nn.Parameter(torch.empty(in_features, in_features, out_features))
        )
        nn.init.uniform_(self.weight, -0.5, 0.5)

    def forward(self, x: Tensor) -> Tensor:
        n, _, m = self.weight.shape
        half = (x @ self.weight.reshape(n, n * m)).unflatten(-1, (n, m))
        return (x.unsqueeze(-2) @ half).squeeze(-2)
