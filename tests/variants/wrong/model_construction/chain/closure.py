r"""Returns a function.

says: return the network itself, not a function
"""
def chain(make_block, n):
    blocks = [make_block() for _ in range(n)]

    def run(x):
        for block in blocks:
            x = block(x)
        return x

    return run
