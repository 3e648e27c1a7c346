"""torch.median takes the lower of the two in the middle.

says: of an even number
"""
def time_op(fn, device, warmup=3, repeat=10):
    if repeat < 1 or warmup < 0:
        raise ValueError
    for _ in range(warmup):
        fn()
    times = [_seconds(fn, torch.device(device)) for _ in range(repeat)]
    return torch.tensor(times, dtype=torch.float64).median().item()
