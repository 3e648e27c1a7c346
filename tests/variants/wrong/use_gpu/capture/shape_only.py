"""Compares shapes only.

says: copy_ casts in silence
"""
def capture(fn, example):
    static = example.clone()

    @torch.no_grad()
    def run(x):
        if x.shape != static.shape:
            raise ValueError
        static.copy_(x)
        return fn(static).clone()

    return run
