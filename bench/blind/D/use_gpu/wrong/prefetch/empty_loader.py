"""next() without a default inside a generator: an empty loader gives RuntimeError: generator raised StopIteration ("Yield the batches of loader", here none)."""

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
    end = object()
    source = iter(loader)
    if device.type != "cuda":
        batch = next(source)
        while batch is not end:
            yield _moved(batch, lambda tensor: tensor.to(device))
            batch = next(source, end)
        return

    side = torch.cuda.Stream(device)

    def copy(batch: Any) -> Any:
        if batch is end:
            return end
        with torch.cuda.stream(side):
            return _moved(
                batch, lambda tensor: tensor.pin_memory().to(device, non_blocking=True)
            )

    ahead, error = copy(next(source)), None
    while ahead is not end:
        current = torch.cuda.current_stream(device)
        current.wait_stream(side)
        for tensor in [ahead] if isinstance(ahead, Tensor) else ahead:
            tensor.record_stream(current)
        batch = ahead
        try:
            ahead = copy(next(source, end))
        except Exception as exception:
            error = exception
        yield batch
        if error is not None:
            raise error
