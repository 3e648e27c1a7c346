"""The device is compared with the string "cuda", so for cuda:1 or a torch.device nothing is waited for ("for a CUDA device every reading of the clock comes after waiting").

says: type is 'cuda' for every CUDA device
"""

def time_op(
    fn: Callable[[], object], device: Device, warmup: int = 3, repeat: int = 10
) -> float:
    if repeat < 1 or warmup < 0:
        raise ValueError("repeat must be at least 1, warmup at least 0")

    def wait() -> None:
        if device == "cuda":
            torch.cuda.synchronize(device)

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
