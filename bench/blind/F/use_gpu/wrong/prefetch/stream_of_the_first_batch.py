"""Asks for the caller's current stream once, at the first batch; a caller who changes streams in between uses a batch that has not
arrived there ("has arrived as far as the caller's current stream can tell")."""


def prefetch(
    loader: Iterable[Tensor | Sequence[Tensor]], device: Device
) -> Iterator[Any]:
    device = torch.device(device)
    if device.type != "cuda":
        for batch in loader:
            if isinstance(batch, Tensor):
                yield batch.to(device)
            else:
                yield type(batch)([t.to(device) for t in batch])
        return
    side = torch.cuda.Stream(device)
    current = torch.cuda.current_stream(device)

    def fetch(batch):
        with torch.cuda.stream(side):
            if isinstance(batch, Tensor):
                return batch.pin_memory().to(device, non_blocking=True)
            return type(batch)(
                [t.pin_memory().to(device, non_blocking=True) for t in batch]
            )

    def hand_out(batch):
        current.wait_stream(side)
        for t in tree_leaves(batch):
            t.record_stream(current)
        return batch

    iterator = iter(loader)
    error = None
    try:
        ready = [fetch(next(iterator))]
    except StopIteration:
        return
    while ready:
        batch = hand_out(ready.pop())
        try:
            ready.append(fetch(next(iterator)))
        except StopIteration:
            pass
        except Exception as raised:
            error = raised
        yield batch
        del batch
    if error is not None:
        raise error
