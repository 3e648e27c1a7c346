"""Returns a ModuleList, which has no forward.

says: nn.ModuleList only holds
"""
def chain(make_block, n):
    return nn.ModuleList(make_block() for _ in range(n))
