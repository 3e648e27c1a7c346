"""Calls fn on the caller's input.

says: fn changes example or input
"""
def capture(fn, example):
    kind = _kind(example)

    @torch.no_grad()
    def run(x):
        if _kind(x) != kind:
            raise ValueError
        return fn(x).clone()

    return run
