"""A clock that stands still while the host waits.

says: process_time and thread_time stand still
"""
def time_op(fn, device, warmup=3, repeat=10):
    if repeat < 1 or warmup < 0:
        raise ValueError
    for _ in range(warmup):
        fn()
    times = []
    for _ in range(repeat):
        if torch.device(device).type == "cuda":
            torch.cuda.synchronize(device)
        start = time.process_time()
        fn()
        if torch.device(device).type == "cuda":
            torch.cuda.synchronize(device)
        times.append(time.process_time() - start)
    return statistics.median(times)
