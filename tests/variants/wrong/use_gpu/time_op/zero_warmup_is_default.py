"""`warmup or 3` makes three warm-up calls of none ("Calls `fn` `warmup` times unmeasured").

says: warmup=0: no call comes before
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

    for _ in range(warmup or 3):
        fn()
    times = []
    for _ in range(repeat):
        wait()
        start = time.perf_counter()
        fn()
        wait()
        times.append(time.perf_counter() - start)
    return statistics.median(times)
