"""Asks the input, not the parameters, whether gradients are wanted.

says: whatever the input does
"""
class _Net(nn.Sequential):
    def forward(self, x):
        if not x.requires_grad:
            return super().forward(x)
        for block in self:
            x = checkpoint(block, x, use_reentrant=False)
        return x


def checkpointed(blocks):
    return _Net(*blocks)
