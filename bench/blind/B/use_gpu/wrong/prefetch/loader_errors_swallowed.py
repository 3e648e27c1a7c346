"""Any exception of the loader is taken for its end ("An exception of `loader` reaches the caller").

slip: loader's exception taken for the end
"""

def prefetch(
    loader: Iterable[Tensor | Sequence[Tensor]], device: Device
) -> Iterator[Any]:
    device = torch.device(device)
    if device.type != "cuda":
        iterator = iter(loader)
        while True:
            try:
                batch = next(iterator)
            except Exception:
                return
            yield to_device(batch, device)

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
