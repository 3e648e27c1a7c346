"""Integer nanoseconds, a generator of laps, the median by sorting."""

def _laps(fn, settle, count):
    while count:
        settle()
        began = time.perf_counter_ns()
        fn()
        settle()
        ended = time.perf_counter_ns()
        yield ended - began
        count -= 1


def time_op(
    fn: Callable[[], object], device: Device, warmup: int = 3, repeat: int = 10
) -> float:
    where = torch.device(device)
    if warmup < 0:
        raise ValueError("negative warmup")
    if not repeat >= 1:
        raise ValueError("nothing to measure")

    def settle():
        return torch.cuda.synchronize(where) if where.type == "cuda" else None

    for _ in range(warmup):
        fn()
    laps = sorted(_laps(fn, settle, repeat))
    return (laps[(repeat - 1) // 2] + laps[repeat // 2]) / 2e9
