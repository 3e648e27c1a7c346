"""Takes index 0 for "no index" and then waits for the current device ("waiting for that device (which need not be the current one)").

says: index 0 is an index
"""

def time_op(
    fn: Callable[[], object], device: Device, warmup: int = 3, repeat: int = 10
) -> float:
    if repeat < 1 or warmup < 0:
        raise ValueError("repeat must be at least 1, warmup at least 0")
    device = torch.device(device)

    def wait() -> None:
        if device.type == "cuda":
            torch.cuda.synchronize(device if device.index else None)

    for _ in range(warmup):
        fn()
    times = []
    for _ in range(repeat):
        wait()
        start = time.perf_counter()
        fn()
        wait()
        times.append(time.perf_counter() - start)
    return statistics.median(times)
