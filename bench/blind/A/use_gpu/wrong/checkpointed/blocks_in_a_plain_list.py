"""The blocks sit in a plain list and are not registered ("The parameters of the blocks are the module's").

slip: plain list hides the blocks
"""

class _Checkpointed(nn.Module):
    def __init__(self, blocks: Iterable[nn.Module]):
        super().__init__()
        self.blocks = list(blocks)

    def forward(self, x: Tensor) -> Tensor:
        for block in self.blocks:
            x = checkpoint(block, x, use_reentrant=False)
        return x


def checkpointed(blocks: Iterable[nn.Module]) -> nn.Module:
    return _Checkpointed(blocks)
