"""Squeezes the result, so a batch of one loses its axis: breaks "(..., n) -> (...,
width1 + width2)".

says: squeezed away
"""
class ParallelBlock(nn.Module):
    def __init__(self, net1: nn.Module, net2: nn.Module):
        super().__init__()
        self.net1 = net1
        self.net2 = net2

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat((self.net1(x), self.net2(x)), dim=-1).squeeze()
