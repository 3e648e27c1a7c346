"""Blocks under names of their own; nn.Identity where there is none."""
class _Steps(nn.Module):
    def __init__(self, blocks):
        super().__init__()
        self.by_name = nn.ModuleDict({f"step_{i}": b for i, b in enumerate(blocks)})

    def forward(self, x):
        for block in self.by_name.values():
            x = block(x)
        return x


def chain(make_block, n):
    if not n:
        return nn.Identity()
    return _Steps([make_block() for _ in range(n)])
