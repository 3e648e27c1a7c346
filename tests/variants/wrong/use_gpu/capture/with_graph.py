"""Results hold an autograd graph.

says: it is for inference
"""
def capture(fn, example):
    kind = _kind(example)

    def run(x):
        if _kind(x) != kind:
            raise ValueError
        return fn(x.clone()).clone()

    return run
