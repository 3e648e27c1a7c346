"""CUDA events on a GPU, nanoseconds and a sorted list on the CPU."""
def time_op(fn, device, warmup=3, repeat=10):
    if warmup < 0:
        raise ValueError("warmup")
    if repeat <= 0:
        raise ValueError("repeat")
    device = torch.device(device)
    for i in range(warmup):
        fn()
    times = []
    if device.type == "cuda":
        with torch.cuda.device(device):
            torch.cuda.synchronize()
            for i in range(repeat):
                start = torch.cuda.Event(enable_timing=True)
                end = torch.cuda.Event(enable_timing=True)
                start.record()
                fn()
                end.record()
                end.synchronize()
                times.append(start.elapsed_time(end) / 1e3)
    else:
        for i in range(repeat):
            t = time.perf_counter_ns()
            fn()
            times.append((time.perf_counter_ns() - t) / 1e9)
    times.sort()
    return (times[(repeat - 1) // 2] + times[repeat // 2]) / 2
