"""An iterator class that reads one batch ahead on every device."""
class _Ahead:
    def __init__(self, loader, device):
        self.it = iter(loader)
        self.device = torch.device(device)
        self.stream = torch.cuda.Stream(self.device) if self.device.type == "cuda" else None
        self.done = False
        self._load()

    def _to(self, t):
        if self.stream is None:
            return t.to(self.device)
        return t.pin_memory().to(self.device, non_blocking=True)

    def _load(self):
        try:
            batch = next(self.it)
        except StopIteration:
            self.done = True
            return
        if self.stream is None:
            self.ahead = self._move(batch)
        else:
            with torch.cuda.stream(self.stream):
                self.ahead = self._move(batch)

    def _move(self, batch):
        if isinstance(batch, torch.Tensor):
            return self._to(batch)
        return type(batch)([self._to(t) for t in batch])

    def __iter__(self):
        return self

    def close(self):
        self.it = self.ahead = None
        self.done = True

    def __next__(self):
        if self.done:
            raise StopIteration
        if self.stream is not None:
            now = torch.cuda.current_stream(self.device)
            now.wait_stream(self.stream)
            for t in [self.ahead] if isinstance(self.ahead, torch.Tensor) else self.ahead:
                t.record_stream(now)
        batch = self.ahead
        self._load()
        return batch


def prefetch(loader, device):
    return _Ahead(loader, device)
