"""Warms up on the stream of the caller.

says: around the warm-up
"""
_elsewhere = capture


def capture(fn, example):
    if not example.is_cuda:
        return _elsewhere(fn, example)
    static, kind = example.detach().clone(), _kind(example)
    graph = torch.cuda.CUDAGraph()
    with torch.no_grad():
        for _ in range(3):
            fn(static)
        with torch.cuda.graph(graph):
            output = fn(static)

    @torch.no_grad()
    def run(x):
        if _kind(x) != kind:
            raise ValueError
        static.copy_(x)
        graph.replay()
        return output.clone()

    return run
