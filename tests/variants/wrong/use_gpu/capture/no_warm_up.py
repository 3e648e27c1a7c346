"""Records at once.

says: warm up before
"""
_elsewhere = capture


def capture(fn, example):
    if not example.is_cuda:
        return _elsewhere(fn, example)
    static, kind = example.detach().clone(), _kind(example)
    graph = torch.cuda.CUDAGraph()
    with torch.no_grad(), torch.cuda.graph(graph):
        output = fn(static)

    @torch.no_grad()
    def run(x):
        if _kind(x) != kind:
            raise ValueError
        static.copy_(x)
        graph.replay()
        return output.clone()

    return run
