"""The reentrant kind.

says: use_reentrant=False
"""
class _Net(nn.Sequential):
    def forward(self, x):
        for block in self:
            x = checkpoint(block, x, use_reentrant=True)
        return x


def checkpointed(blocks):
    return _Net(*blocks)
