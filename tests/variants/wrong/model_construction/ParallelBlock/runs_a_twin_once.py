"""Runs a network that stands on both sides once: breaks "two networks side by side".

says: for a network on both sides
"""
class ParallelBlock(nn.Module):
    """Two networks side by side on the same input.

    Their outputs are concatenated on the last dimension, `net1`'s first. They may
    differ in width. Both are submodules of the block, themselves and not as copies.

    Shapes: (..., n) -> (..., width1 + width2)

    Example:
        >>> ParallelBlock(nn.Linear(4, 3), nn.Linear(4, 2))(torch.zeros(6, 4)).shape
        torch.Size([6, 5])
    """

    def __init__(self, net1: nn.Module, net2: nn.Module):
        super().__init__()
        self.net1 = net1
        self.net2 = net2

    def forward(self, x: Tensor) -> Tensor:
        a = self.net1(x)
        return torch.cat([a, a if self.net1 is self.net2 else self.net2(x)], dim=-1)
