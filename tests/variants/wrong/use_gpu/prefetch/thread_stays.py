"""A thread that waits for ever to hand over its next batch.

says: a thread stays behind
"""
import queue
import threading


def prefetch(loader, device):
    ahead = queue.Queue(maxsize=1)
    end = object()

    def work():
        for batch in loader:
            ahead.put(batch)
        ahead.put(end)

    threading.Thread(target=work, daemon=True).start()
    while (batch := ahead.get()) is not end:
        yield _each(batch, lambda t: t.to(device))
