"""Runs the second network on the output of the first.

says: net2 runs on x, not on net1's output
"""
class ParallelBlock(nn.Module):
    def __init__(self, net1, net2):
        super().__init__()
        self.net1, self.net2 = net1, net2

    def forward(self, x):
        y = self.net1(x)
        return torch.cat((y, self.net2(y)), dim=-1)
