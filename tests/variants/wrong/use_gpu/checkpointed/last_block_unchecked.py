"""checkpoint_sequential runs its last segment without a checkpoint, so the last block's inside is kept ("what a block computes inside is computed again").

says: the last block has no checkpoint
"""

from torch.utils.checkpoint import checkpoint_sequential


class _Checkpointed(nn.Sequential):
    def forward(self, x: Tensor) -> Tensor:
        if not len(self):
            return x
        return checkpoint_sequential(self, len(self), x, use_reentrant=False)


def checkpointed(blocks: Iterable[nn.Module]) -> nn.Module:
    return _Checkpointed(*blocks)
