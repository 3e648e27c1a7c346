"""An nn.Buffer holds the weight, and the sum of absolute values is a vector norm."""
class FixedHiddenMLP(nn.Module):
    weight: Tensor

    def __init__(self, features: int):
        super().__init__()
        self.linear = nn.Linear(features, features)
        self.weight = nn.Buffer(torch.randn(features, features))

    def forward(self, x: Tensor) -> Tensor:
        if x.isnan().any() or x.isinf().any():
            raise ValueError("the input holds an infinity or NaN")
        x = self.linear(nn.functional.relu(1 + torch.matmul(self.linear(x), self.weight)))
        while torch.linalg.vector_norm(x.detach(), ord=1).item() > 1.0:
            x = x.mul(0.5)
        return torch.sum(x)
