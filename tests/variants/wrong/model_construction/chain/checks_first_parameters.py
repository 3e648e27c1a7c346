"""Compares the blocks' first parameters to prove independence, and fails for blocks
that have none: breaks "runs `n` independent blocks" for any block.

says: for a network without parameters
"""
def chain(make_block: Callable[[], nn.Module], n: int) -> nn.Module:
    blocks = [make_block() for _ in range(n)]
    if len({id(next(block.parameters())) for block in blocks}) < n:
        raise ValueError("the blocks share parameters")
    return nn.Sequential(*blocks)
