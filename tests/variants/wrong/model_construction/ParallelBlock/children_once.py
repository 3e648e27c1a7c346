"""Iterates over children(), which gives a module that is both net1 and net2 only once:
breaks "(..., width1 + width2)".

says: for a network on both sides
"""


class ParallelBlock(nn.Module):
    def __init__(self, net1: nn.Module, net2: nn.Module):
        super().__init__()
        self.net1 = net1
        self.net2 = net2

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([net(x) for net in self.children()], dim=-1)
