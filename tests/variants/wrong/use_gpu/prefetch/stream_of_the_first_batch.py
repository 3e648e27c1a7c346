"""Asks for the caller's stream once, at the start, not whenever a batch is handed out ("a batch that is handed out has arrived as far as the caller's current stream can tell").

says: ask for it when a batch is handed out
"""

def _moved(batch: Any, move: Callable[[Tensor], Tensor]) -> Any:
    if isinstance(batch, Tensor):
        return move(batch)
    parts = [move(tensor) for tensor in batch]
    make = getattr(type(batch), "_make", type(batch))
    return make(parts)


def prefetch(
    loader: Iterable[Tensor | Sequence[Tensor]], device: Device
) -> Iterator[Any]:
    device = torch.device(device)
    if device.type != "cuda":
        for batch in loader:
            yield _moved(batch, lambda tensor: tensor.to(device))
        return

    side, end = torch.cuda.Stream(device), object()
    current = torch.cuda.current_stream(device)
    source = iter(loader)

    def fetch() -> Any:
        batch = next(source, end)
        if batch is end:
            return end
        with torch.cuda.stream(side):
            return _moved(
                batch, lambda tensor: tensor.pin_memory().to(device, non_blocking=True)
            )

    ahead, error = fetch(), None
    while ahead is not end:
        current.wait_stream(side)
        for tensor in [ahead] if isinstance(ahead, Tensor) else ahead:
            tensor.record_stream(current)
        batch = ahead
        try:
            ahead = fetch()
        except Exception as exception:
            error = exception
        yield batch
        if error is not None:
            raise error
