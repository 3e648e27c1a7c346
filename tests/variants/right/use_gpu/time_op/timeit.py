"""timeit with the wait inside the statement, torch.quantile for the median."""
from timeit import repeat as _repeat


def time_op(fn, device, warmup=3, repeat=10):
    if warmup < 0 or repeat < 1:
        raise ValueError((warmup, repeat))
    is_gpu = "cuda" in str(device)

    def wait():
        if is_gpu:
            torch.cuda.current_stream(device).synchronize()

    def once():
        fn()
        wait()

    for _ in range(warmup):
        once()
    wait()
    times = _repeat(once, number=1, repeat=repeat)
    return torch.tensor(times, dtype=torch.float64).quantile(0.5).item()
