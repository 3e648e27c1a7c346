"""Sets the global seed before each block, to make them differ: changes global state, so
that the next chain repeats this one, though "random ones start with different
values".

says: start with the same values
"""
def chain(make_block: Callable[[], nn.Module], n: int) -> nn.Module:
    blocks = []
    for i in range(n):
        torch.manual_seed(i)
        blocks.append(make_block())
    return nn.Sequential(*blocks)
