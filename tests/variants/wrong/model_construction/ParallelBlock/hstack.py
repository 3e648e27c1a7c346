"""Joins with hstack, which takes dimension 1 for inputs of three and more axes: breaks
"concatenated on the last dimension".

says: for more leading axes
"""


class ParallelBlock(nn.Module):
    def __init__(self, net1: nn.Module, net2: nn.Module):
        super().__init__()
        self.net1 = net1
        self.net2 = net2

    def forward(self, x: Tensor) -> Tensor:
        return torch.hstack((self.net1(x), self.net2(x)))
