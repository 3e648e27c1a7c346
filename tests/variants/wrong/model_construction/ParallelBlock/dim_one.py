"""Concatenates on dim 1, right for a batch of vectors only.

says: dim=1 is the last dimension of a batch of vectors only
"""
class ParallelBlock(nn.Module):
    def __init__(self, net1, net2):
        super().__init__()
        self.net1, self.net2 = net1, net2

    def forward(self, x):
        return torch.cat((self.net1(x), self.net2(x)), dim=1)
