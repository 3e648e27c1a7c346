"""A map object is returned off the GPU, which has no `close` ("`close` on the iterator").

says: a generator has close\(\)
"""

def _prefetch_cuda(
    loader: Iterable[Tensor | Sequence[Tensor]], device: Device
) -> Iterator[Any]:
    device = torch.device(device)
    side = torch.cuda.Stream(device)

    def each(batch: Any, act: Callable[[Tensor], Any]) -> Any:
        if isinstance(batch, Tensor):
            return act(batch)
        parts = [act(t) for t in batch]
        if hasattr(batch, "_fields"):
            return type(batch)(*parts)
        return type(batch)(parts)

    def send(batch: Any) -> Any:
        with torch.cuda.stream(side):
            return each(
                batch, lambda t: t.pin_memory().to(device, non_blocking=True)
            )

    nothing = object()
    iterator = iter(loader)
    batch = next(iterator, nothing)
    ahead = nothing if batch is nothing else send(batch)
    while ahead is not nothing:
        current = torch.cuda.current_stream(device)
        current.wait_stream(side)
        ready = ahead
        each(ready, lambda t: t.record_stream(current))
        batch = next(iterator, nothing)
        ahead = nothing if batch is nothing else send(batch)
        yield ready


def prefetch(
    loader: Iterable[Tensor | Sequence[Tensor]], device: Device
) -> Iterator[Any]:
    if torch.device(device).type == "cuda":
        return _prefetch_cuda(loader, device)
    return map(lambda batch: to_device(batch, device), loader)
