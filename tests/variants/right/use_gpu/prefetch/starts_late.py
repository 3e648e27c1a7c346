"""An iterator that reads nothing before it is asked, with an event for each batch."""
class _Prefetcher:
    def __init__(self, loader, device):
        self._source = iter(loader)
        self._device = device
        self._stream = torch.cuda.Stream(device) if device.type == "cuda" else None
        self._waiting = None  # (kind, value, event)

    def __iter__(self):
        return self

    def _copy(self, t):
        if t.device.type == "cpu":
            t = t.pin_memory()
        else:
            self._stream.wait_stream(torch.cuda.current_stream(self._device))
        return t.to(self._device, non_blocking=True)

    def _read(self):
        try:
            batch = next(self._source)
        except StopIteration:
            return "end", None, None
        except Exception as error:
            return "error", error, None
        with torch.cuda.stream(self._stream):
            if isinstance(batch, Tensor):
                batch = self._copy(batch)
            else:
                make = getattr(type(batch), "_make", type(batch))
                batch = make([self._copy(t) for t in batch])
            return "batch", batch, self._stream.record_event()

    def __next__(self):
        if self._source is None:
            raise StopIteration
        if self._stream is None:
            try:
                return to_device(next(self._source), self._device)
            except BaseException:
                self.close()
                raise
        kind, value, event = self._waiting or self._read()
        self._waiting = None
        if kind == "batch":
            self._waiting = self._read()
            here = torch.cuda.current_stream(self._device)
            here.wait_event(event)
            for t in [value] if isinstance(value, Tensor) else value:
                t.record_stream(here)
            return value
        self.close()
        if kind == "error":
            raise value
        raise StopIteration

    def close(self):
        self._source = self._waiting = None


def prefetch(
    loader: Iterable[Tensor | Sequence[Tensor]], device: Device
) -> Iterator[Any]:
    return _Prefetcher(loader, torch.device(device))
