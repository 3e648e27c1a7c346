"""Unusual: the nets live in one ModuleList (no attributes net1, net2), and are joined on the first axis of transposed outputs; the result is not contiguous."""


class ParallelBlock(nn.Module):
    def __init__(self, net1: nn.Module, net2: nn.Module):
        super().__init__()
        self.branches = nn.ModuleList([net1, net2])

    def forward(self, x: Tensor) -> Tensor:
        outputs = (branch(x).movedim(-1, 0) for branch in self.branches)
        return torch.cat(tuple(outputs)).movedim(0, -1)
