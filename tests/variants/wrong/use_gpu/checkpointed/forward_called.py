"""Calls the forward of a block, which leaves its hooks out ("equal those of `nn.Sequential(*blocks)`").

says: for a block with a hook
"""

class _Checkpointed(nn.Sequential):
    def forward(self, x: Tensor) -> Tensor:
        for block in self:
            x = checkpoint(block.forward, x, use_reentrant=False)
        return x


def checkpointed(blocks: Iterable[nn.Module]) -> nn.Module:
    return _Checkpointed(*blocks)
