"""A batch of several tensors comes out as a list, whatever it was ("a list or tuple of tensors, and stays one").

slip: tuple handed out as list
"""

def prefetch(
    loader: Iterable[Tensor | Sequence[Tensor]], device: Device
) -> Iterator[Any]:
    device = torch.device(device)

    def each(batch: Any, act: Callable[[Tensor], Any]) -> Any:
        if isinstance(batch, Tensor):
            return act(batch)
        return [act(t) for t in batch]

    if device.type != "cuda":
        for batch in loader:
            yield each(batch, lambda t: t.to(device))
        return

    side = torch.cuda.Stream(device)

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
