"""A Function made at every call, with the bounds in its closure; saves two masks."""
def _between(lo, hi):
    def forward(x):
        return x.clamp(lo, hi)

    def setup_context(ctx, inputs, output):
        (x,) = inputs
        ctx.save_for_backward(x > lo, x < hi)

    def backward(ctx, upstream):
        above, below = ctx.saved_tensors
        return upstream.masked_fill(~(above & below), 0)

    rules = {"forward": forward, "setup_context": setup_context, "backward": backward}
    return type("Between", (Function,), {k: staticmethod(f) for k, f in rules.items()})


def clamp_open(x, lo, hi):
    return _between(lo, hi).apply(x)
