"""Correct: the outer generator delegates to one of two inner generators, and closes the reader itself."""

def _plain(loader: Iterable[Any], device: torch.device) -> Iterator[Any]:
    reader = iter(loader)
    try:
        while True:
            try:
                batch = next(reader)
            except StopIteration:
                return
            yield to_device(batch, device)
            del batch
    finally:
        del reader


def _streamed(loader: Iterable[Any], device: torch.device) -> Iterator[Any]:
    side = torch.cuda.Stream(device=device)

    def pinned(batch: Any) -> Any:
        if isinstance(batch, Tensor):
            return batch.pin_memory().to(device, non_blocking=True)
        parts = (pinned(t) for t in batch)
        return type(batch)(*parts) if hasattr(batch, "_fields") else type(batch)(parts)

    reader, sent = iter(loader), []

    def send() -> None:
        for batch in reader:
            with torch.cuda.stream(side):
                sent.append(pinned(batch))
            return

    send()
    while sent:
        stream = torch.cuda.current_stream(device)
        stream.wait_stream(side)
        batch = sent.pop()
        for leaf in tree_leaves(batch):
            leaf.record_stream(stream)
        send()
        yield batch


def prefetch(
    loader: Iterable[Tensor | Sequence[Tensor]], device: Device
) -> Iterator[Any]:
    place = torch.device(device)
    yield from (_streamed if place.type == "cuda" else _plain)(loader, place)
