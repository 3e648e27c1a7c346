"""A recursive function that nests two chains of half the length in a Sequential."""
def chain(make_block: Callable[[], nn.Module], n: int) -> nn.Module:
    if n == 0:
        return nn.Identity()
    if n == 1:
        return make_block()
    front = chain(make_block, n // 2)
    return nn.Sequential(front, chain(make_block, n - n // 2))
