"""The ways are in a ModuleList that has one or two entries; their outputs are stacked and summed."""

class Residual(nn.Module):
    def __init__(self, block: nn.Module, in_features: int, out_features: int):
        super().__init__()
        self.ways = nn.ModuleList([block])
        if in_features != out_features:
            self.ways.append(nn.Linear(in_features, out_features, bias=False))

    def forward(self, x: Tensor) -> Tensor:
        terms = [way(x) for way in self.ways]
        if len(terms) == 1:
            terms.append(x)
        return torch.stack(terms).sum(dim=0)
