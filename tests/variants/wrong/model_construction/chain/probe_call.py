"""Makes one block more to check its type and throws it away: breaks "calls make_block
once for each block, n times in all".

says: make_block is called too often
"""


def chain(make_block: Callable[[], nn.Module], n: int) -> nn.Module:
    if not isinstance(make_block(), nn.Module):
        raise TypeError("make_block must return a module")
    return nn.Sequential(*(make_block() for _ in range(n)))
