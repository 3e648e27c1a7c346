"""Deep copies: independent, but with equal start values.

says: once for each block
"""
def chain(make_block, n):
    import copy

    block = make_block()
    return nn.Sequential(*(copy.deepcopy(block) for _ in range(n)))
