"""Gradients are switched off for the whole program (decency: no global state changed; "its result needs no gradient").

says: whether gradients are recorded
"""

def capture(fn: Callable[[Tensor], Tensor], example: Tensor) -> Callable:
    shape, dtype, device = example.shape, example.dtype, example.device
    static = example.detach().clone()

    def check(x: Tensor) -> None:
        if x.shape != shape or x.dtype != dtype or x.device != device:
            raise ValueError("the input is not like the example")

    if device.type != "cuda":

        def call(x: Tensor) -> Tensor:
            check(x)
            torch.set_grad_enabled(False)
            return fn(x.detach().clone()).detach().clone()

        return call

    with torch.cuda.device(device), torch.no_grad():
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(3):
                fn(static)
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            out = fn(static)

    def replay(x: Tensor) -> Tensor:
        check(x)
        with torch.no_grad():
            static.copy_(x)
            graph.replay()
            return out.detach().clone()

    return replay
