"""A ModuleList and a generator."""
class ParallelBlock(nn.Module):
    def __init__(self, net1, net2):
        super().__init__()
        self.branches = nn.ModuleList([net1, net2])

    def forward(self, x):
        return torch.concat(tuple(branch(x) for branch in self.branches), -1)
