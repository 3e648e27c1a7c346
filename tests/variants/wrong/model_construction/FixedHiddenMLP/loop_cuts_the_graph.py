"""The halving detaches, so that no gradient reaches `linear`: breaks training a network
that has "a loop" (only `weight` "is never trained").

says: cuts the result off
"""
class FixedHiddenMLP(nn.Module):
    weight: Tensor

    def __init__(self, features: int):
        super().__init__()
        self.linear = nn.Linear(features, features)
        self.register_buffer("weight", torch.rand(features, features))

    def forward(self, x: Tensor) -> Tensor:
        if not x.isfinite().all():
            raise ValueError("the input holds an infinity or NaN")
        x = torch.relu(self.linear(x) @ self.weight + 1)
        x = self.linear(x)
        while x.abs().sum() > 1:
            x = x.detach() / 2
        return x.sum()
