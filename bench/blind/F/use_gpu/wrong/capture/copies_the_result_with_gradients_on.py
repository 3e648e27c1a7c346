"""Copies the result outside of no_grad, so that it needs a gradient if `fn` returns a tensor that does, such as a parameter ("its
result needs no gradient")."""


def capture(fn: Callable[[Tensor], Tensor], example: Tensor) -> Callable:
    shape, dtype, device = example.shape, example.dtype, example.device
    graph = None
    if device.type == "cuda":
        fixed = example.detach().clone()
        side = torch.cuda.Stream(device)
        side.wait_stream(torch.cuda.current_stream(device))
        with torch.cuda.device(device), torch.cuda.stream(side), torch.no_grad():
            for _ in range(3):
                fn(fixed)
        torch.cuda.current_stream(device).wait_stream(side)
        fixed.copy_(example.detach())
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.device(device), torch.cuda.graph(graph), torch.no_grad():
            result = fn(fixed)

    def call(x: Tensor) -> Tensor:
        if (x.shape, x.dtype, x.device) != (shape, dtype, device):
            raise ValueError("the input is not like the example")
        if graph is not None:
            fixed.copy_(x.detach())
            graph.replay()
            return result.clone()
        with torch.no_grad():
            y = fn(x.detach().clone())
        return y.clone()

    return call
