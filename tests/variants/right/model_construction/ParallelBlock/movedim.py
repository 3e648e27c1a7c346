"""Branches in a ModuleDict; the last axis goes to the front, the parts are concatenated there, and it goes back."""

class ParallelBlock(nn.Module):
    def __init__(self, net1: nn.Module, net2: nn.Module):
        super().__init__()
        self.branches = nn.ModuleDict({"left": net1, "right": net2})

    def forward(self, x: Tensor) -> Tensor:
        parts = [branch(x).movedim(-1, 0) for branch in self.branches.values()]
        return torch.cat(parts).movedim(0, -1)
