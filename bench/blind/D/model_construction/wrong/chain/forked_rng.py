"""Restores the random state after each block, so all blocks start alike ("random ones start with different values")."""

def chain(make_block: Callable[[], nn.Module], n: int) -> nn.Module:
    net = nn.Sequential()
    for _ in range(n):
        with torch.random.fork_rng():
            net.append(make_block())
    return net
