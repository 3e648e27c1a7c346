"""Copies the result only when fn returns the same tensor as the time before.

says: overwritten by later calls
"""


def capture(fn: Callable[[Tensor], Tensor], example: Tensor) -> Callable:
    shape, dtype, device = example.shape, example.dtype, example.device

    def check(x):
        if x.shape != shape or x.dtype != dtype or x.device != device:
            raise ValueError(f"expected {dtype} of {tuple(shape)} on {device}")

    if device.type == "cuda":
        with torch.cuda.device(device), torch.no_grad():
            static = example.clone()
            side = torch.cuda.Stream(device)
            side.wait_stream(torch.cuda.current_stream(device))
            with torch.cuda.stream(side):
                for _ in range(3):
                    static.copy_(example)
                    fn(static)
                static.copy_(example)
            torch.cuda.current_stream(device).wait_stream(side)
            graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(graph):
                recorded = fn(static)

        def replay(x):
            check(x)
            with torch.no_grad():
                static.copy_(x)
                graph.replay()
                return recorded.detach().clone()

        return replay

    last = None

    def call(x):
        nonlocal last
        check(x)
        with torch.no_grad():
            result = fn(x.clone())
            again = result is last
            last = result
            return result.clone() if again else result.detach()

    return call
