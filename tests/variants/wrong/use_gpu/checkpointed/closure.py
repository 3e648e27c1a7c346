"""Returns a function.

says: a function is no module
"""
def checkpointed(blocks):
    blocks = list(blocks)

    def run(x):
        for block in blocks:
            x = checkpoint(block, x, use_reentrant=False)
        return x

    return run
