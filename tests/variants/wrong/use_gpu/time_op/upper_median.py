"""times[n // 2] of the sorted times.

says: of an even number
"""
def time_op(fn, device, warmup=3, repeat=10):
    if repeat < 1 or warmup < 0:
        raise ValueError
    for _ in range(warmup):
        fn()
    times = sorted(_seconds(fn, torch.device(device)) for _ in range(repeat))
    return times[repeat // 2]
