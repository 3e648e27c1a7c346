"""Moves the last axis to the front, joins there and moves it back."""
class ParallelBlock(nn.ModuleDict):
    def __init__(self, net1: nn.Module, net2: nn.Module):
        super().__init__({"left": net1, "right": net2})

    def forward(self, x: Tensor) -> Tensor:
        outputs = (net(x).movedim(-1, 0) for net in (self["left"], self["right"]))
        return torch.cat(tuple(outputs)).movedim(0, -1)
