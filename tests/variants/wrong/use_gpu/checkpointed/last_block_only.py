"""Only the last block is checkpointed.

says: a checkpoint of its own
"""
class _Net(nn.Sequential):
    def forward(self, x):
        *others, last = self
        for block in others:
            x = block(x)
        return checkpoint(last, x, use_reentrant=False)


def checkpointed(blocks):
    return _Net(*blocks)
