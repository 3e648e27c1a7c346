"""A generator with a queue of one and an event per batch."""
from collections import deque


def prefetch(loader, device):
    d = torch.device(device)
    on_gpu = d.type == "cuda"
    side = torch.cuda.Stream(device=d) if on_gpu else None
    queue = deque()

    def push(batch):
        one = torch.is_tensor(batch)
        parts = [batch] if one else list(batch)
        event = None
        if on_gpu:
            with torch.cuda.stream(side):
                parts = [p.pin_memory().to(d, non_blocking=True) for p in parts]
                event = side.record_event()
        else:
            parts = [p.to(d) for p in parts]
        queue.append((parts[0] if one else type(batch)(parts), parts, event))

    def pop():
        batch, parts, event = queue.popleft()
        if event is not None:
            now = torch.cuda.current_stream(d)
            now.wait_event(event)
            for p in parts:
                p.record_stream(now)
        return batch

    for batch in loader:
        push(batch)
        if len(queue) > 1:
            yield pop()
    while queue:
        yield pop()
