"""A generator of times, nanoseconds, and the accelerator that waits."""
import itertools


def time_op(
    fn: Callable[[], object], device: Device, warmup: int = 3, repeat: int = 10
) -> float:
    if repeat <= 0 or warmup < 0:
        raise ValueError("repeat >= 1 and warmup >= 0, please")
    on_gpu = torch.device(device).type == "cuda"

    def clock():
        if on_gpu:
            torch.accelerator.synchronize(torch.device(device))
        return time.perf_counter_ns()

    def laps():
        while True:
            begin = clock()
            fn()
            yield (clock() - begin) / 1e9

    for _ in itertools.repeat(None, warmup):
        fn()
    times = sorted(itertools.islice(laps(), repeat))
    return (times[(repeat - 1) // 2] + times[repeat // 2]) / 2
