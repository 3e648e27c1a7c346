"""A thread fills a queue of one and waits for ever when the caller stops early ("no thread stays behind").

slip: reading thread waits for ever
"""

import queue
import threading


def _read_in_thread(loader: Iterable[Any], device: torch.device) -> Iterator[Any]:
    ready: queue.Queue = queue.Queue(maxsize=1)
    asked = threading.Semaphore(1)
    done = object()

    def read() -> None:
        try:
            iterator = iter(loader)
            while True:
                asked.acquire()
                ready.put((to_device(next(iterator), device), None))
        except StopIteration:
            ready.put((done, None))
        except BaseException as error:
            ready.put((done, error))

    threading.Thread(target=read, daemon=True).start()
    while True:
        batch, error = ready.get()
        if error is not None:
            raise error
        if batch is done:
            return
        yield batch
        asked.release()


def prefetch(
    loader: Iterable[Tensor | Sequence[Tensor]], device: Device
) -> Iterator[Any]:
    device = torch.device(device)
    if device.type != "cuda":
        yield from _read_in_thread(loader, device)
        return

    side = torch.cuda.Stream(device)

    def each(batch: Any, act: Callable[[Tensor], Any]) -> Any:
        if isinstance(batch, Tensor):
            return act(batch)
        parts = [act(t) for t in batch]
        if hasattr(batch, "_fields"):
            return type(batch)(*parts)
        return type(batch)(parts)

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
