"""Off the GPU the result of fn is returned itself, which a fn with a buffer of its own overwrites ("is not changed by later calls, even if `fn` returns the same tensor every time").

slip: result is fn's own tensor
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
            with torch.no_grad():
                return fn(x.detach().clone()).detach()

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
