"""The example itself is the static input.

says: fn changes example or input
"""
def capture(fn, example):
    @torch.no_grad()
    def run(x):
        if _kind(x) != _kind(example):
            raise ValueError
        example.copy_(x)
        return fn(example).clone()

    return run
