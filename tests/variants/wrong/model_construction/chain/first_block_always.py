"""The first block is made before the count is looked at: breaks "`n` = 0 gives the
identity".

says: 0 blocks give the identity
"""
def chain(make_block: Callable[[], nn.Module], n: int) -> nn.Module:
    net = nn.Sequential(make_block())
    while len(net) < n:
        net.append(make_block())
    return net
