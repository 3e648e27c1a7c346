"""Runs fn once to warm up ("run a few times on a side stream to warm up").

says: one call may not be enough
"""

@torch.no_grad()
def _record(fn: Callable[[Tensor], Tensor], static: Tensor) -> Callable[[], Tensor]:
    side = torch.cuda.Stream(static.device)
    side.wait_stream(torch.cuda.current_stream(static.device))
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.stream(side):
        fn(static)
        with torch.cuda.graph(graph, stream=side):
            output = fn(static)

    def replay() -> Tensor:
        graph.replay()
        return output

    return replay
