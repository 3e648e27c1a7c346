"""A module of its own around a ModuleList."""
class _Chain(nn.Module):
    def __init__(self, blocks):
        super().__init__()
        self.blocks = nn.ModuleList(blocks)

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return x


def chain(make_block, n):
    blocks = []
    for _ in range(n):
        blocks.append(make_block())
    return _Chain(blocks)
