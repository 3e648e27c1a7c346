"""Leaves checkpointing out in eval mode, where a backward pass is possible just as well ("Between forward and backward only what goes
into and comes out of each block is kept"; a block runs once "where gradients are off")."""


class _Checkpointed(nn.Module):
    def __init__(self, blocks: Iterable[nn.Module]):
        super().__init__()
        self.blocks = nn.ModuleList(blocks)

    def forward(self, x: Tensor) -> Tensor:
        for block in self.blocks:
            x = checkpoint(block, x, use_reentrant=False) if self.training else block(x)
        return x


def checkpointed(blocks: Iterable[nn.Module]) -> nn.Module:
    return _Checkpointed(blocks)
