"""The reentrant kind gives no gradients when the input needs none ("also if the input needs no gradient").

slip: reentrant kind loses all gradients
"""

class _Checkpointed(nn.Sequential):
    def forward(self, x: Tensor) -> Tensor:
        for block in self:
            x = checkpoint(block, x, use_reentrant=True)
        return x


def checkpointed(blocks: Iterable[nn.Module]) -> nn.Module:
    return _Checkpointed(*blocks)
