"""close() ends the batches, but the object still holds the iterator of loader ("the iterator of loader is let go at once").

says: something still holds
"""

def _moved(batch: Any, move: Callable[[Tensor], Tensor]) -> Any:
    if isinstance(batch, Tensor):
        return move(batch)
    parts = [move(tensor) for tensor in batch]
    make = getattr(type(batch), "_make", type(batch))
    return make(parts)


def _batches(source: Iterator[Any], device: torch.device) -> Iterator[Any]:
    if device.type != "cuda":
        for batch in source:
            yield _moved(batch, lambda tensor: tensor.to(device))
        return

    side, end = torch.cuda.Stream(device), object()

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
        current = torch.cuda.current_stream(device)
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


class _Prefetcher:
    def __init__(self, loader: Iterable[Any], device: torch.device):
        self._source = iter(loader)
        self._moved = _batches(self._source, device)

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        return next(self._moved)

    def close(self) -> None:
        self._moved.close()


def prefetch(
    loader: Iterable[Tensor | Sequence[Tensor]], device: Device
) -> Iterator[Any]:
    return _Prefetcher(loader, torch.device(device))
