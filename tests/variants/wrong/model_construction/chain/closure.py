r"""Returns a function.

says: does not return an nn\.Module
"""
def chain(make_block, n):
    blocks = [make_block() for _ in range(n)]

    def run(x):
        for block in blocks:
            x = block(x)
        return x

    return run
