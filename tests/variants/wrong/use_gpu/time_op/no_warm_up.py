"""Never warms up.

says: the warm-up is left out
"""
def time_op(fn, device, warmup=3, repeat=10):
    if repeat < 1 or warmup < 0:
        raise ValueError
    return statistics.median(_seconds(fn, torch.device(device)) for _ in range(repeat))
