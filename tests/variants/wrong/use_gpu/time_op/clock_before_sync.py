"""Reads the clock and then waits.

says: synchronise before the clock is read
"""
def time_op(fn, device, warmup=3, repeat=10):
    if repeat < 1 or warmup < 0:
        raise ValueError
    cuda = torch.device(device).type == "cuda"
    for _ in range(warmup):
        fn()
    times = []
    if cuda:
        torch.cuda.synchronize(device)
    for _ in range(repeat):
        start = time.perf_counter()
        fn()
        end = time.perf_counter()
        if cuda:
            torch.cuda.synchronize(device)
        times.append(end - start)
    return statistics.median(times)
