"""Hands out the static output itself.

says: overwritten by later calls
"""
def capture(fn, example):
    static = example.clone()

    @torch.no_grad()
    def run(x):
        if _kind(x) != _kind(static):
            raise ValueError
        static.copy_(x)
        return fn(static)

    return run
