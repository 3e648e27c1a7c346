"""Correct: perf_counter_ns and a median of its own, waiting for any accelerator."""

from time import perf_counter_ns as _ns


def time_op(
    fn: Callable[[], object], device: Device, warmup: int = 3, repeat: int = 10
) -> float:
    if warmup < 0:
        raise ValueError("warmup is negative")
    if not repeat >= 1:
        raise ValueError("repeat is less than 1")
    place = torch.device(device)

    def clock() -> int:
        if place.type == "cuda":
            torch.cuda.synchronize(place)
        return _ns()

    def once() -> int:
        begin = clock()
        fn()
        return clock() - begin

    [fn() for _ in range(warmup)]
    spans = sorted(once() for _ in range(repeat))
    return (spans[(repeat - 1) // 2] + spans[repeat // 2]) / 2 / 1e9
