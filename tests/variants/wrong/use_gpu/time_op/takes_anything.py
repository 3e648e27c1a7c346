"""Does not check its numbers.

says: does not raise for warmup=-1
"""
def time_op(fn, device, warmup=3, repeat=10):
    for _ in range(warmup):
        fn()
    times = [_seconds(fn, torch.device(device)) for _ in range(repeat)]
    return statistics.median(times)
