"""Forward has no return.

says: without return gives None
"""
class ParallelBlock(nn.Module):
    def __init__(self, net1, net2):
        super().__init__()
        self.net1, self.net2 = net1, net2

    def forward(self, x):
        torch.cat((self.net1(x), self.net2(x)), dim=-1)
