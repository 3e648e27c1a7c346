"""Makes the blocks when the network runs.

says: called when the network runs, not when it is built
"""
class _Lazy(nn.Module):
    def __init__(self, make_block, n):
        super().__init__()
        self.make_block, self.n = make_block, n

    def forward(self, x):
        for _ in range(self.n):
            x = self.make_block()(x)
        return x


def chain(make_block, n):
    return _Lazy(make_block, n)
