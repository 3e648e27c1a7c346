"""The second network's output comes first: breaks "`net1`'s first".

says: net1's output comes first
"""
class ParallelBlock(nn.Module):
    def __init__(self, net1: nn.Module, net2: nn.Module):
        super().__init__()
        self.net1 = net1
        self.net2 = net2

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat((self.net2(x), self.net1(x)), dim=-1)
