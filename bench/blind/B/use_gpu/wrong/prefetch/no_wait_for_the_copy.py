"""On CUDA the caller's stream does not wait for the copy ("has arrived as far as the caller's current stream can tell").

slip: no wait_stream before handing out
"""

def prefetch(
    loader: Iterable[Tensor | Sequence[Tensor]], device: Device
) -> Iterator[Any]:
    device = torch.device(device)
    if device.type != "cuda":
        for batch in loader:
            yield to_device(batch, device)
        return

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
        ready = ahead
        each(ready, lambda t: t.record_stream(current))
        batch = next(iterator, nothing)
        ahead = nothing if batch is nothing else send(batch)
        yield ready
