"""Reads the CPU time of the process, which stands still while `fn` sleeps or waits ("in seconds of wall-clock time")."""


def time_op(
    fn: Callable[[], object], device: Device, warmup: int = 3, repeat: int = 10
) -> float:
    if repeat < 1 or warmup < 0:
        raise ValueError("repeat must be at least 1 and warmup at least 0")
    device = torch.device(device)

    def clock() -> float:
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        return time.process_time()

    for _ in range(warmup):
        fn()
    times = []
    for _ in range(repeat):
        start = clock()
        fn()
        times.append(clock() - start)
    return statistics.median(times)
