"""Without blocks it returns a plain function: breaks "Return a module".

says: for no block
"""
def chain(make_block: Callable[[], nn.Module], n: int) -> nn.Module:
    if n == 0:
        return lambda x: x
    return nn.Sequential(*[make_block() for _ in range(n)])
