"""Asserts.

says: an assertion is no ValueError
"""
def capture(fn, example):
    static = example.clone()

    @torch.no_grad()
    def run(x):
        assert _kind(x) == _kind(static)
        static.copy_(x)
        return fn(static).clone()

    return run
