"""Correct: an object with __call__ instead of a closure, the graph made by a method."""

class _Captured:
    def __init__(self, fn: Callable[[Tensor], Tensor], example: Tensor):
        self._fn = fn
        self._like = (tuple(example.shape), example.dtype, example.device)
        self._slot = example.detach().clone()
        self._graph = self._record() if example.is_cuda else None

    @torch.no_grad()
    def _record(self) -> torch.cuda.CUDAGraph:
        device = self._slot.device
        with torch.cuda.device(device):
            main, side = torch.cuda.current_stream(), torch.cuda.Stream()
            side.wait_stream(main)
            with torch.cuda.stream(side):
                for _ in range(2):
                    self._fn(self._slot)
            main.wait_stream(side)
            graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(graph):
                self._out = self._fn(self._slot)
        return graph

    @torch.no_grad()
    def __call__(self, x: Tensor) -> Tensor:
        if (tuple(x.shape), x.dtype, x.device) != self._like:
            raise ValueError(f"expected {self._like}")
        self._slot.copy_(x)
        if self._graph is None:
            out = self._fn(self._slot)
        else:
            self._graph.replay()
            out = self._out
        return torch.clone(out).detach()


def capture(fn: Callable[[Tensor], Tensor], example: Tensor) -> Callable:
    return _Captured(fn, example)
