"""Never records a graph.

says: with torch\.cuda\.graph\(graph\)
"""
def capture(fn, example):
    kind = _kind(example)

    @torch.no_grad()
    def run(x):
        if _kind(x) != kind:
            raise ValueError
        return fn(x.clone()).clone()

    return run
