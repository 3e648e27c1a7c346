"""Concatenates on dimension 1: breaks "concatenated on the last dimension" for all inputs that are not 2-D.

slip: dim=1 is not always the last
"""

class ParallelBlock(nn.Module):
    def __init__(self, net1: nn.Module, net2: nn.Module):
        super().__init__()
        self.net1 = net1
        self.net2 = net2

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat((self.net1(x), self.net2(x)), dim=1)
