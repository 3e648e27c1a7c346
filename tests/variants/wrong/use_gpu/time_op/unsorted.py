"""The middle of the unsorted times.

says: not sorted
"""
def time_op(fn, device, warmup=3, repeat=10):
    if repeat < 1 or warmup < 0:
        raise ValueError
    for _ in range(warmup):
        fn()
    times = [_seconds(fn, torch.device(device)) for _ in range(repeat)]
    return times[repeat // 2]
