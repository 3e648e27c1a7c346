"""Unusual: a ModuleDict of the branches, whose outputs are stacked and summed over the new axis."""

class Residual(nn.ModuleDict):
    def __init__(self, block: nn.Module, in_features: int, out_features: int):
        branches = {"main": block}
        if in_features != out_features:
            branches["way_around"] = nn.Linear(in_features, out_features, bias=False)
        super().__init__(branches)

    def forward(self, x: Tensor) -> Tensor:
        around = self["way_around"](x) if "way_around" in self else x
        return torch.stack((self["main"](x), around)).sum(0)
