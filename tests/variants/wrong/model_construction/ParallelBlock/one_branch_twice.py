"""Runs one branch twice.

says: both halves come from net1
"""
class ParallelBlock(nn.Module):
    def __init__(self, net1, net2):
        super().__init__()
        self.net1, self.net2 = net1, net2

    def forward(self, x):
        return torch.cat((self.net1(x), self.net1(x)), dim=-1)
