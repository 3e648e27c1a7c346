"""Stacks, which makes a new dimension.

says: torch[.]stack makes a new dimension
"""
class ParallelBlock(nn.Module):
    def __init__(self, net1, net2):
        super().__init__()
        self.net1, self.net2 = net1, net2

    def forward(self, x):
        return torch.stack((self.net1(x), self.net2(x)), dim=-1)
