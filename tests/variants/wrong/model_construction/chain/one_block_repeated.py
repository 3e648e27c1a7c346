"""One block, listed n times.

says: one block, listed n times
"""
def chain(make_block, n):
    return nn.Sequential(*[make_block()] * n)
