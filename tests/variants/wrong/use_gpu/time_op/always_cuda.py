"""Waits for CUDA on the CPU too.

says: look at device\.type first
"""
def time_op(fn, device, warmup=3, repeat=10):
    if repeat < 1 or warmup < 0:
        raise ValueError
    for _ in range(warmup):
        fn()
    times = []
    for _ in range(repeat):
        torch.cuda.synchronize(device)
        start = time.perf_counter()
        fn()
        torch.cuda.synchronize(device)
        times.append(time.perf_counter() - start)
    return statistics.median(times)
