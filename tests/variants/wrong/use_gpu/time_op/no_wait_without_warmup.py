"""Waits before the clock only in the warm-up: with warmup=0 the first reading does not wait for work queued earlier ("every reading of the clock comes after waiting").

says: the first reading of the clock waits
"""

def time_op(
    fn: Callable[[], object], device: Device, warmup: int = 3, repeat: int = 10
) -> float:
    if repeat < 1 or warmup < 0:
        raise ValueError("repeat must be at least 1, warmup at least 0")
    device = torch.device(device)

    def wait() -> None:
        if device.type == "cuda":
            torch.cuda.synchronize(device)

    for _ in range(warmup):
        fn()
        wait()
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        fn()
        wait()
        times.append(time.perf_counter() - start)
    return statistics.median(times)
