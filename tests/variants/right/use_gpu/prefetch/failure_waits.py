"""Hands out the batch before a failure first."""
def _map_batch(fn, batch):
    if isinstance(batch, Tensor):
        return fn(batch)
    parts = [fn(t) for t in batch]
    if hasattr(batch, "_fields"):
        return type(batch)(*parts)
    return type(batch)(parts)


class _Failure:
    def __init__(self, error):
        self.error = error


def prefetch(
    loader: Iterable[Tensor | Sequence[Tensor]], device: Device
) -> Iterator[Any]:
    device = torch.device(device)
    if device.type != "cuda":
        for batch in loader:
            yield to_device(batch, device)
        return

    stream = torch.cuda.Stream(device)
    iterator = iter(loader)

    def send(t):
        if t.device.type != "cpu":
            return t.to(device)
        return t.pin_memory().to(device, non_blocking=True)

    def fetch():
        """The next batch and the event of its arrival, None at the end, or a failure."""
        try:
            batch = next(iterator)
        except StopIteration:
            return None
        except Exception as error:
            return _Failure(error)
        stream.wait_stream(torch.cuda.current_stream(device))
        with torch.cuda.stream(stream):
            moved = _map_batch(send, batch)
        return moved, stream.record_event()

    ahead = None
    try:
        ahead = fetch()
        while ahead is not None:
            if isinstance(ahead, _Failure):
                raise ahead.error
            batch, arrived = ahead
            ahead = fetch()
            current = torch.cuda.current_stream(device)
            current.wait_event(arrived)
            for t in tree_leaves(batch):
                t.record_stream(current)
            yield batch
    finally:
        del iterator, ahead
