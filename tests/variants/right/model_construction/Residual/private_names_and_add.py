"""Private attribute names, torch.add, and an empty Sequential as the identity."""
class Residual(nn.Module):
    def __init__(self, block: nn.Module, in_features: int, out_features: int):
        super().__init__()
        self._way_around = nn.Sequential()
        if in_features != out_features:
            self._way_around.append(nn.Linear(in_features, out_features, bias=False))
        self._block = block

    def forward(self, x: Tensor) -> Tensor:
        return torch.add(self._way_around(x), self._block(x))
