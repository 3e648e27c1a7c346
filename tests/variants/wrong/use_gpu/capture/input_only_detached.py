"""Gives fn `x.detach()`, which shares its memory with x.

says: fn changes example or input
"""


def capture(fn: Callable[[Tensor], Tensor], example: Tensor) -> Callable:
    shape, dtype, device = example.shape, example.dtype, example.device

    def check(x: Tensor) -> None:
        if (x.shape, x.dtype, x.device) != (shape, dtype, device):
            raise ValueError(f"expected {dtype} {tuple(shape)} on {device}")

    if device.type != "cuda":

        @torch.no_grad()
        def call(x: Tensor) -> Tensor:
            check(x)
            return fn(x.detach()).clone()

        return call

    with torch.no_grad(), torch.cuda.device(device):
        source = example.clone()
        side = torch.cuda.Stream(device)
        side.wait_stream(torch.cuda.current_stream(device))
        with torch.cuda.stream(side):
            for _ in range(3):
                source.copy_(example)
                fn(source)
        torch.cuda.current_stream(device).wait_stream(side)
        source.copy_(example)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            result = fn(source)

    @torch.no_grad()
    def replay(x: Tensor) -> Tensor:
        check(x)
        source.copy_(x)
        graph.replay()
        return result.clone()

    return replay
