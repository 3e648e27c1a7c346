"""Each block is made under fork_rng, which goes back to the same random state: breaks
"random ones start with different values".

says: start with the same values
"""
def chain(make_block: Callable[[], nn.Module], n: int) -> nn.Module:
    net = nn.Sequential()
    for _ in range(n):
        with torch.random.fork_rng(devices=[]):
            net.append(make_block())
    return net
