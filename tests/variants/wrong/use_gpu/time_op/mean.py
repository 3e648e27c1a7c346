"""The mean.

says: the mean follows every outlier
"""
def time_op(fn, device, warmup=3, repeat=10):
    if repeat < 1 or warmup < 0:
        raise ValueError
    for _ in range(warmup):
        fn()
    return statistics.mean(_seconds(fn, torch.device(device)) for _ in range(repeat))
