"""Takes everything but the CPU for a GPU of CUDA.

says: look at device\.type first
"""
def time_op(fn, device, warmup=3, repeat=10):
    if repeat < 1 or warmup < 0:
        raise ValueError
    on_cpu = torch.device(device).type == "cpu"
    for _ in range(warmup):
        fn()
    times = []
    for _ in range(repeat):
        if not on_cpu:
            torch.cuda.synchronize(device)
        start = time.perf_counter()
        fn()
        if not on_cpu:
            torch.cuda.synchronize(device)
        times.append(time.perf_counter() - start)
    return statistics.median(times)
