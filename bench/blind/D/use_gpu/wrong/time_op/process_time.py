"""Reads the CPU time of the process, in which sleeping and waiting take none ("seconds of wall-clock time")."""

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
    times = []
    for _ in range(repeat):
        wait()
        start = time.process_time()
        fn()
        wait()
        times.append(time.process_time() - start)
    return statistics.median(times)
