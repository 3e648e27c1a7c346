"""Right: inherits from a private base that has a constructor, and subtracts with add(alpha=-1)."""

class _Stateless(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self._stat = torch.mean

    def forward(self, x: Tensor) -> Tensor:
        return torch.add(x, self._stat(x), alpha=-1)


class CenteredLayer(_Stateless):
    pass
