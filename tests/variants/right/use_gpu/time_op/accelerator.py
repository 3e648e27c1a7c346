"""torch.accelerator waits, the clock is imported by name."""
from time import monotonic as _now


def time_op(fn, device, warmup=3, repeat=10):
    if not (warmup >= 0 and repeat >= 1):
        raise ValueError
    times = []
    for i in range(warmup + repeat):
        if torch.device(device).type != "cpu":
            torch.accelerator.synchronize(device)
        t = _now()
        fn()
        if torch.device(device).type != "cpu":
            torch.accelerator.synchronize(device)
        times.append(_now() - t)
    return float(statistics.median(times[warmup:]))
