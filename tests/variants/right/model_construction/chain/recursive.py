"""Nests: the rest of the chain is registered before its own block."""
class _Link(nn.Module):
    def __init__(self, make_block, n):
        super().__init__()
        block = make_block()
        self.rest = _Link(make_block, n - 1) if n > 1 else nn.Identity()
        self.block = block

    def forward(self, x):
        return self.rest(self.block(x))


def chain(make_block, n):
    return _Link(make_block, n) if n else nn.Identity()
