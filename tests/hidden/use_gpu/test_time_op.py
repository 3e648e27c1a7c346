"""time_op reads the clock only when the GPU that is meant has done its work."""

import statistics
import time
import timeit
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from grader.observe import expect_close, expect_equal, expect_error, expect_true, say
from use_gpu_helpers import Change, changed, metered, on_gpu, on_sim, some_gpus
from use_gpu_machine import LAUNCH, Event, Machine, Stream

pytestmark = pytest.mark.exercise("use_gpu.time_op")


def clocks(machine: Machine) -> list[Change]:
    """Return the changes that make a machine's clock the only one.

    The clocks that count a process's own work stand still: it sleeps, or a GPU works.
    """

    def seconds() -> float:
        return machine.now

    def nanoseconds() -> int:
        return round(machine.now * 1e9)

    walls = ["perf_counter", "monotonic", "time"]
    own = ["process_time", "thread_time"]
    return [
        *((time, name, seconds) for name in walls),
        *((time, f"{name}_ns", nanoseconds) for name in walls),
        *((time, name, lambda: 1.0) for name in own),
        *((time, f"{name}_ns", lambda: 10**9) for name in own),
        (timeit, "default_timer", seconds),
        (timeit.Timer.__init__, "__defaults__", ("pass", "pass", seconds, None)),
        (timeit.timeit, "__defaults__", ("pass", "pass", seconds, 1_000_000, None)),
        (timeit.repeat, "__defaults__", ("pass", "pass", seconds, 5, 1_000_000, None)),
    ]


def no_gpus() -> list[Change]:
    """Return the changes that make torch one without CUDA."""

    def refuse(*_: Any) -> None:
        raise AssertionError("Torch not compiled with CUDA enabled")

    return [
        *some_gpus(0),
        (torch.cuda, "synchronize", refuse),
        (torch.accelerator, "synchronize", refuse),
    ]


def made_up_gpus(machine: Machine) -> list[Change]:
    """Return the changes that make a machine's GPUs torch's."""

    def stream(device: Any = None) -> Stream:
        return Stream(machine, machine.index_of(device))

    def event(*_: Any, **__: Any) -> Event:
        return Event(machine)

    def device(index: Any) -> Any:
        return on_gpu(machine, index)

    def set_device(index: Any) -> None:
        machine.current = machine.index_of(index)

    return [
        *some_gpus(2),
        (torch.cuda, "synchronize", machine.synchronize),
        (torch.accelerator, "synchronize", machine.synchronize),
        (torch.cuda, "current_stream", stream),
        (torch.cuda, "default_stream", stream),
        (torch.accelerator, "current_stream", stream),
        (torch.cuda, "Event", event),
        (torch, "Event", event),
        (torch.cuda, "device", device),
        (torch.accelerator, "device_index", device),
        (torch.cuda, "set_device", set_device),
        (torch.accelerator, "set_device_index", set_device),
        (torch.cuda, "current_device", lambda: machine.current),
        (torch.accelerator, "current_device_index", lambda: machine.current),
    ]


def time_on_cpu(
    ex: Any, start: float, seconds: list[float], warmup: int
) -> tuple[float, int]:
    """Return what `time_op` measured, and how often it called `fn`."""
    machine = Machine(start)
    left = list(seconds)

    def fn() -> None:
        machine.work(left.pop(0) if left else 50.0)
        calls.append(1)

    calls: list[int] = []
    with changed(ex, [*clocks(machine), *no_gpus()]):
        measured = ex.time_op(fn, "cpu", warmup=warmup, repeat=len(seconds) - warmup)
    return measured, len(calls)


def time_on_gpu(
    ex: Any, start: float, seconds: list[float], warmup: int, device: Any
) -> float:
    machine = Machine(start)
    left = list(seconds)
    index = machine.index_of(device)

    def fn() -> None:
        machine.launch(index, left.pop(0) if left else 50.0)

    with changed(ex, [*clocks(machine), *made_up_gpus(machine)]):
        return ex.time_op(fn, device, warmup=warmup, repeat=len(seconds) - warmup)


def time_on_sim(
    ex: Any, start: float, seconds: list[float], warmup: int
) -> tuple[float, int]:
    """Return what `time_op` measured on a device without CUDA, and its calls."""
    machine = Machine(start)
    left = list(seconds)
    calls: list[int] = []

    def fn() -> None:
        x.add_(1)
        machine.work(left.pop(0) if left else 50.0)
        calls.append(1)

    with metered("sim:0"), changed(ex, clocks(machine)):
        x = torch.zeros(3, device="sim:0")
        measured = ex.time_op(
            fn, torch.device("sim:0"), warmup=warmup, repeat=len(seconds) - warmup
        )
    return measured, len(calls)


def time_nothing(ex: Any, warmup: int, repeat: int) -> float:
    return ex.time_op(lambda: None, "cpu", warmup=warmup, repeat=repeat)


def count_default_calls(ex: Any) -> int:
    calls: list[int] = []
    with changed(ex, no_gpus()):
        ex.time_op(lambda: calls.append(1), torch.device("cpu"))
    return len(calls)


def time_sleeping_gpu(ex: Any, repeat: int) -> tuple[float, list[float]]:
    """Return what `time_op` measured, and the GPU's own times in seconds."""
    pairs: list[Any] = []

    def fn() -> None:
        start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        start.record()
        torch.cuda._sleep(20_000_000)  # cycles: some 10 ms
        end.record()
        pairs.append((start, end))

    measured = ex.time_op(fn, "cuda", warmup=2, repeat=repeat)
    torch.cuda.synchronize()
    return measured, [a.elapsed_time(b) / 1000 for a, b in pairs[2:]]


def expect_seconds(
    measured: float, seconds: list[float], warmup: int, slips: dict[str, float]
) -> None:
    """Expect the median of what follows the warm-up."""
    causes = {cause: within_a_microsecond(value) for cause, value in slips.items()}
    expect_close(
        torch.tensor(measured, dtype=torch.float64),
        torch.tensor(statistics.median(seconds[warmup:]), dtype=torch.float64),
        "time_op does not give the median time of a call.",
        slips=causes,
        rtol=0,
        atol=1e-6,
    )


def within_a_microsecond(value: float) -> Callable[[Tensor], bool]:
    return lambda got: abs(float(got) - value) < 1e-6


def draw_seconds(rng, warmup: int, repeat: int) -> list[float]:
    """Return times of which all means, sums and medians differ: slow warm-ups first.

    The first measured call is the shortest, the second far longer than the rest; the
    one in the middle is the second shortest, so that unsorted times show.
    """
    times = rng.sample(range(30, 60), max(repeat - 2, 0))
    if repeat > 3:
        shortest, middle = times.index(min(times)), repeat // 2 - 2
        times[shortest], times[middle] = times[middle], times[shortest]
    edges = [20, 900][:repeat]
    cold = rng.sample(range(2000, 3000), warmup)
    return [t / 100 for t in [*cold, *edges, *times]]


@pytest.mark.weight(2)
@pytest.mark.parametrize(("warmup", "repeat"), [(1, 1), (2, 5), (3, 8), (0, 3)])
def test_time_op_gives_the_median_of_single_calls(observe, rng, warmup, repeat):
    seconds = draw_seconds(rng, warmup, repeat)

    measured, calls = observe(
        time_on_cpu,
        rng.uniform(1, 1000),
        seconds,
        warmup,
        call=say(
            "time_op(fn, 'cpu', warmup={warmup}, repeat={repeat})",
            warmup=warmup,
            repeat=repeat,
        ),
    )

    ordered = sorted(seconds[warmup:])
    expect_seconds(
        measured,
        seconds,
        warmup,
        {
            "the mean follows every outlier, the median does not": statistics.mean(
                ordered
            ),
            "the warm-up is measured too": statistics.median(seconds),
            "the mean of all calls, the warm-up too": statistics.mean(seconds),
            "the sum of all calls": sum(ordered),
            "the shortest time is no median": ordered[0],
            "the longest time is no median": ordered[-1],
            "of an even number of times, the median is the mean of the two in the "
            "middle": ordered[repeat // 2],
            "of an even number of times the median is the mean of the middle two": (
                ordered[(repeat - 1) // 2]
            ),
            "the times are not sorted": seconds[warmup:][repeat // 2],
            "process_time and thread_time stand still while the host waits": 0.0,
            "milliseconds, not seconds": 1000 * statistics.median(ordered),
        },
    )
    expect_equal(
        calls,
        warmup + repeat,
        "time_op does not call fn warmup + repeat times.",
        slips={"the warm-up is left out": repeat},
    )


GPU_SLIPS = {
    "a GPU works on after the call: synchronise before the clock is read": LAUNCH
}


@pytest.mark.weight(2)
@pytest.mark.parametrize("device", ["cuda", "cuda:0", torch.device("cuda", 0)], ids=str)
def test_time_op_waits_for_the_gpu_before_it_reads_the_clock(observe, rng, device):
    repeat = rng.choice([3, 5, 7])
    seconds = draw_seconds(rng, 2, repeat)

    measured = observe(
        time_on_gpu,
        rng.uniform(1, 1000),
        seconds,
        2,
        device,
        call=say(
            "time_op(fn, {device}, warmup=2, repeat={repeat})",
            device=repr(device),
            repeat=repeat,
        ),
    )

    expect_seconds(measured, [s + LAUNCH for s in seconds], 2, GPU_SLIPS)


def test_time_op_waits_for_the_warm_up_to_end(observe, rng):
    seconds = draw_seconds(rng, 2, 1)

    measured = observe(
        time_on_gpu,
        rng.uniform(1, 1000),
        seconds,
        2,
        torch.device("cuda", 0),
        call="time_op(fn, 'cuda:0', warmup=2, repeat=1)",
    )

    late = "the warm-up still runs when the clock starts: synchronise before it too"
    # both warm-up calls run on, save the two launches that they overlap with
    running = sum(seconds) - LAUNCH
    expect_seconds(
        measured, [s + LAUNCH for s in seconds], 2, {**GPU_SLIPS, late: running}
    )


def test_time_op_waits_for_the_gpu_that_is_meant(observe, rng):
    seconds = draw_seconds(rng, 1, 3)

    measured = observe(
        time_on_gpu,
        rng.uniform(1, 1000),
        seconds,
        1,
        torch.device("cuda", 1),
        call="time_op(fn, 'cuda:1') while cuda:0 is the current device",
    )

    other = "synchronize() waits for the current GPU alone: pass it the device"
    expect_seconds(measured, [s + LAUNCH for s in seconds], 1, {other: LAUNCH})


def test_time_op_needs_no_gpu(observe):
    calls = observe(
        count_default_calls,
        call="time_op(fn, torch.device('cpu'))",
        causes={
            r"CUDA": (
                "torch.cuda.synchronize is for CUDA devices: look at device.type first"
            )
        },
    )

    expect_equal(calls, 13, "By default time_op does not warm up 3 times, repeat 10.")


@on_sim
def test_time_op_asks_cuda_about_cuda_devices_only(observe, rng):
    seconds = draw_seconds(rng, 1, 5)

    measured, calls = observe(
        time_on_sim,
        rng.uniform(1, 1000),
        seconds,
        1,
        call="time_op(fn, 'sim:0', warmup=1, repeat=5)",
        causes={
            r"(?i)cuda": (
                "torch.cuda.synchronize is for CUDA devices: look at device.type first"
            )
        },
    )

    expect_seconds(measured, seconds, 1, {})
    expect_equal(calls, 6, "time_op does not call fn warmup + repeat times.")


@pytest.mark.parametrize(("warmup", "repeat"), [(0, 0), (3, -1), (-1, 5)])
def test_time_op_refuses_numbers_that_make_no_sense(observe, warmup, repeat):
    raised = observe.error(
        time_nothing,
        warmup,
        repeat,
        call=say(
            "time_op(fn, 'cpu', warmup={warmup}, repeat={repeat})",
            warmup=warmup,
            repeat=repeat,
        ),
    )

    expect_error(
        raised,
        ValueError,
        say(
            "time_op takes warmup={warmup} and repeat={repeat}.",
            warmup=warmup,
            repeat=repeat,
        ),
        cause="check both numbers before the first call",
    )


@pytest.mark.cuda
def test_time_op_measures_what_the_gpu_does(observe, rng):
    repeat = rng.choice([3, 5])

    measured, own = observe(
        time_sleeping_gpu,
        repeat,
        call=say("time_op(fn, 'cuda', 2, {repeat}) on a GPU", repeat=repeat),
    )

    expect_equal(len(own), repeat, "time_op does not call fn warmup + repeat times.")
    least = min(own, default=0.0)
    expect_true(
        measured >= 0.9 * least,
        "time_op measures less than the GPU needs.",
        expected=say("{least:.6f} s or more", least=least),
        got=say("{measured:.6f} s", measured=measured),
        cause="a GPU works on after the call: synchronise before the clock is read",
    )
