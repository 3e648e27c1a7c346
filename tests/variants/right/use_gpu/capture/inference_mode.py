"""A class that records in inference mode, on the stream of the warm-up."""
class _Captured:
    def __init__(self, fn, example):
        self.fn = fn
        self.like = self._look(example)
        self.graph = None
        if example.is_cuda:
            self._record(example)

    @staticmethod
    def _look(t):
        return tuple(t.shape), t.dtype, t.device

    def _run(self, x):
        with torch.inference_mode():
            return self.fn(x)

    def _record(self, example):
        with torch.cuda.device(example.device):
            self.into = example.detach().clone()
            side = torch.cuda.Stream()
            side.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(side):
                for _ in range(3):
                    self._run(self.into.copy_(example.detach()))
            side.synchronize()
            self.graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(self.graph, stream=side):
                self.out = self._run(self.into)

    def __call__(self, x):
        if self._look(x) != self.like:
            raise ValueError(f"expected {self.like}, got {self._look(x)}")
        x = x.detach()
        if self.graph is None:
            return self._run(x.clone()).detach().clone()
        with torch.cuda.device(x.device):
            self.into.copy_(x)
            self.graph.replay()
            return self.out.detach().clone()


def capture(fn: Callable[[Tensor], Tensor], example: Tensor) -> Callable:
    return _Captured(fn, example)
