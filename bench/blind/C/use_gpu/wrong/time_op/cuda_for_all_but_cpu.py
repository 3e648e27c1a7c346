"""Waits by torch.cuda for every device other than the CPU, as sim:0: breaks "CUDA is asked about CUDA devices only"."""


def time_op(
    fn: Callable[[], object], device: Device, warmup: int = 3, repeat: int = 10
) -> float:
    if repeat < 1:
        raise ValueError(f"repeat must be at least 1, not {repeat}")
    if warmup < 0:
        raise ValueError(f"warmup must not be negative, but is {warmup}")
    device = torch.device(device)

    def now() -> float:
        if device.type != "cpu":
            torch.cuda.synchronize(device)
        return time.perf_counter()

    for _ in range(warmup):
        fn()
    times = []
    for _ in range(repeat):
        start = now()
        fn()
        times.append(now() - start)
    return statistics.median(times)
