"""A thread that waits for ever to be asked for its next batch.

says: a thread stays behind
"""
import queue
import threading


def prefetch(loader, device):
    ready, asked = queue.Queue(maxsize=1), threading.Semaphore(1)
    end = object()

    def work():
        iterator = iter(loader)
        try:
            while True:
                asked.acquire()
                ready.put((next(iterator), None))
        except StopIteration:
            ready.put((end, None))
        except Exception as error:
            ready.put((end, error))

    threading.Thread(target=work, daemon=True).start()
    while (answer := ready.get())[0] is not end:
        yield _each(answer[0], lambda t: t.to(device))
        asked.release()
    if answer[1] is not None:
        raise answer[1]
