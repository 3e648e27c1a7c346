"""Wraps each new block around the input side, so that the last one made runs first:
breaks "the one made first runs first".

says: the block made first runs first
"""


def chain(make_block: Callable[[], nn.Module], n: int) -> nn.Module:
    net: nn.Module = nn.Identity()
    for _ in range(n):
        net = nn.Sequential(make_block(), net)
    return net
