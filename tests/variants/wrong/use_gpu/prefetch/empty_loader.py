"""A bare next() in a generator raises RuntimeError for an empty loader.

says: next\(iterator, None\) gives None at the end
"""


def prefetch(
    loader: Iterable[Tensor | Sequence[Tensor]], device: Device
) -> Iterator[Any]:
    device = torch.device(device)
    on_cuda = device.type == "cuda"
    stream = torch.cuda.Stream(device) if on_cuda else None

    def each(batch, fn):
        if isinstance(batch, Tensor):
            return fn(batch)
        return type(batch)([fn(t) for t in batch])

    def send(t):
        if not on_cuda:
            return t.to(device)
        if t.device.type == "cpu":
            t = t.pin_memory()
        return t.to(device, non_blocking=True)

    def load(batch):
        if not on_cuda:
            return each(batch, send)
        with torch.cuda.stream(stream):
            return each(batch, send)

    def hand_out(batch):
        if on_cuda:
            current = torch.cuda.current_stream(device)
            current.wait_stream(stream)
            each(batch, lambda t: t.record_stream(current))
        return batch

    batches = iter(loader)
    ahead = load(next(batches))
    for batch in batches:
        present = hand_out(ahead)
        ahead = load(batch)
        del batch
        yield present
    present = hand_out(ahead)
    del ahead
    yield present
