"""Correct: the check is a wrapper around two inner functions, off the GPU a slot is filled for every call."""

import functools


def _alike(example: Tensor) -> Callable:
    like = torch.empty_like(example, device="meta")
    device = example.device

    def decorate(run: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
        @functools.wraps(run)
        def checked(x: Tensor) -> Tensor:
            if x.device != device:
                raise ValueError(f"input on {x.device}, example on {device}")
            if x.size() != like.size() or x.dtype is not like.dtype:
                raise ValueError("shape or dtype differs")
            with torch.no_grad():
                return run(x).detach().clone()

        return checked

    return decorate


def capture(fn: Callable[[Tensor], Tensor], example: Tensor) -> Callable:
    if example.device.type != "cuda":

        @_alike(example)
        def plain(x: Tensor) -> Tensor:
            return fn(torch.empty_like(x).copy_(x))

        return plain

    slot = example.detach().clone()
    graph = torch.cuda.CUDAGraph()
    with torch.no_grad(), torch.cuda.device(example.device):
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            fn(slot), fn(slot), fn(slot)
        torch.cuda.current_stream().wait_stream(side)
        with torch.cuda.graph(graph):
            out = fn(slot)

    @_alike(example)
    def replay(x: Tensor) -> Tensor:
        slot.copy_(x)
        graph.replay()
        return out

    return replay
