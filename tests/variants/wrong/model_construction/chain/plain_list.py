"""A module of its own around a plain list.

says: plain list are invisible
"""
class _Chain(nn.Module):
    def __init__(self, blocks):
        super().__init__()
        self.blocks = blocks

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return x


def chain(make_block, n):
    return _Chain([make_block() for _ in range(n)])
