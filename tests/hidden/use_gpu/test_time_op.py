"""time_op reads the clock only when the GPU that is meant has done its work."""

import statistics
import time
import timeit
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import torch

from grader.observe import expect_close, expect_equal, expect_true, say
from grader.sim import metered
from use_gpu_helpers import Change, changed, on_sim, some_gpus
from use_gpu_machine import LAUNCH, Card

pytestmark = pytest.mark.exercise("use_gpu.time_op")

DEVICE_TYPE = {
    r"(?i)cuda": "torch.cuda.synchronize is for CUDA devices: look at device.type first"
}
WRONG_NUMBERS = ("repeat", 0), ("repeat", -1), ("warmup", -1)


def clocks(card: Card) -> list[Change]:
    """Return the changes that make a machine's clock the only one.

    The clocks that count a process's own work stand still: it sleeps, or a GPU works.
    """

    def seconds() -> float:
        return card.now

    def nanoseconds() -> int:
        return round(card.now * 1e9)

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


def unasked(gpus: int) -> list[Change]:
    """Return the changes that let nobody wait for a GPU, be there some or none."""

    def refuse(*_: Any) -> None:
        raise AssertionError("Torch not compiled with CUDA enabled")

    owners = torch.cuda, torch.accelerator
    return [*some_gpus(gpus), *((owner, "synchronize", refuse) for owner in owners)]


def time_calls(
    ex: Any,
    start: float,
    seconds: list[float],
    device: torch.device | str,
    numbers: dict[str, int],
    current: int = 0,
    busy: float = 0.0,
) -> tuple[float, int]:
    """Return what `time_op` measures on a made-up machine, and how often it calls.

    Its GPU may be busy for some seconds before; without that, the CPU is alone.
    """
    card = Card(start)
    card.current = current
    if busy:
        card.launch(card.index_of(device), busy)
    kind = torch.device(device).type
    work = partial(card.launch, card.index_of(device)) if kind == "cuda" else card.work
    calls: list[int] = []

    def fn() -> None:
        calls.append(1)
        work(seconds[len(calls) - 1] if len(calls) <= len(seconds) else 50.0)

    world = {"cuda": card.changes(), "cpu": unasked(2 if busy else 0)}.get(kind, [])
    with metered(kind), changed(ex, [*clocks(card), *world]):
        measured = ex.time_op(fn, device, **numbers)
    return measured, len(calls)


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


def near(*values: float) -> Callable[[Any], bool]:
    """Return evidence that one of these times was measured."""
    return lambda got: any(abs(got[0] - value) < 1e-6 for value in values)


def draw(rng, device: Any, warmup: int, repeat: int) -> tuple[Any, ...]:
    """Return what `time_calls` takes: slow calls to warm up, and no two times alike.

    Of the times that count the last but one is the shortest, one is far longer than
    the rest, and the one in the middle is not the median.
    """
    times = [*sorted(rng.uniform(0.2, 0.6) for _ in range(repeat - 1)), 9.0]
    cold = [rng.uniform(20.0, 30.0) for _ in range(warmup)]
    seconds = [*cold, *times[2:], *times[:2]]
    return rng.uniform(1, 1000), seconds, device, {"warmup": warmup, "repeat": repeat}


@pytest.mark.weight(4)
def test_time_op_gives_the_median_of_single_calls(sweep, rng):
    first = draw(rng, "cpu", 2, 8)
    times = first[1][2:]
    ordered = sorted(times)
    machine = draw(rng, torch.device("cpu"), 3, 10)[:-1]
    wrong = {say("for {x}", x=f"{k}={n}"): {k: n} for k, n in WRONG_NUMBERS}

    sweep.cases(
        time_calls,
        {
            "for an even number of times": first,
            "for an odd number of times": draw(rng, "cpu", 2, 5),
            "for a single time": draw(rng, "cpu", 1, 1),
            "without a warm-up": draw(rng, "cpu", 0, 3),
            "on the CPU while a GPU is busy": (*draw(rng, "cpu", 1, 3), 0, 60.0),
            "by default": (*machine, {}),
            **{when: (*machine, numbers) for when, numbers in wrong.items()},
        },
        call="time_op(fn, 'cpu', warmup, repeat)",
        fault="time_op does not give the median time of a call.",
        slips={
            "the warm-up is left out": lambda got: got[1] == len(times),
            "the mean follows every outlier, the median does not": near(
                statistics.mean(times)
            ),
            "the warm-up is measured too": near(
                statistics.median(first[1]), statistics.mean(first[1])
            ),
            "the sum of all calls": near(sum(times)),
            "the shortest time is no median": near(ordered[0]),
            "the longest time is no median": near(ordered[-1]),
            "of an even number of times the median is the mean of the two in the "
            "middle": near(*ordered[3:5]),
            "the times are not sorted": near(*times[3:5], statistics.mean(times[3:5])),
            "process_time and thread_time stand still while the host waits": near(0.0),
            "milliseconds, not seconds": near(1000 * statistics.median(times)),
        },
        because={
            "without a warm-up": "warmup=0: no call comes before those measured",
            "on the CPU while a GPU is busy": "the device given decides what to wait "
            "for, not what the machine has",
            "by default": "warmup=3, repeat=10",
            **dict.fromkeys(wrong, "check both numbers before the first call"),
        },
        raises=(ValueError,),
        causes=DEVICE_TYPE,
        tolerance=(0, 1e-6),
    )


@pytest.mark.weight(3)
def test_time_op_waits_for_the_gpu_before_it_reads_the_clock(sweep, rng):
    first, zero = draw(rng, "cuda", 2, 1), draw(rng, "cuda:0", 2, 5)
    given = "torch.device(device).type is 'cuda' for every CUDA device"

    sweep.cases(
        time_calls,
        {
            "on a GPU": first,
            "for 'cuda:0'": zero,
            "for a torch.device": draw(rng, torch.device("cuda", 0), 1, 4),
            "for a GPU that is not the current one": draw(rng, "cuda:1", 1, 3),
            "where 'cuda' is the second GPU": (*draw(rng, "cuda", 1, 3), 1),
            "for cuda:0 while the second GPU is current": (*zero, 1),
            "without a warm-up on a busy GPU": (*draw(rng, "cuda", 0, 1), 0, 60.0),
        },
        call="time_op(fn, device, warmup, repeat), GPUs made up",
        fault="time_op does not give the median time of a call.",
        slips={
            "a GPU works on after the call: synchronise before the clock is read": near(
                LAUNCH
            ),
            # both warm-up calls run on, save the two launches that they overlap with
            "the warm-up still runs when the clock starts: synchronise before it too": (
                near(sum(first[1]) - LAUNCH)
            ),
        },
        because={
            "for 'cuda:0'": given,
            "for a torch.device": given,
            "for a GPU that is not the current one": "synchronize() waits for the "
            "current GPU alone: pass it the device",
            "for cuda:0 while the second GPU is current": "index 0 is an index, too: "
            "only None stands for the current GPU",
            "without a warm-up on a busy GPU": "the first reading of the clock waits, "
            "too, for what was asked before",
        },
        tolerance=(0, 1e-6),
    )


@on_sim
def test_time_op_asks_cuda_about_cuda_devices_only(observe, rng):
    given = draw(rng, "sim:0", 1, 5)
    call = "time_op(fn, 'sim:0', warmup=1, repeat=5)"

    measured, calls = observe(time_calls, *given, call=call, causes=DEVICE_TYPE)

    wanted = torch.tensor(statistics.median(given[1][1:]))
    expect_equal(calls, 6, "time_op does not call fn warmup + repeat times.")
    fault = "time_op does not give the median time of a call."
    expect_close(torch.tensor(measured), wanted, fault)


@pytest.mark.cuda
def test_time_op_measures_what_the_gpu_does(observe, rng):
    repeat = rng.choice([3, 5])
    call = say("time_op(fn, 'cuda', 2, {repeat}) on a GPU", repeat=repeat)

    measured, own = observe(time_sleeping_gpu, repeat, call=call)

    expect_equal(len(own), repeat, "time_op does not call fn warmup + repeat times.")
    early = "a GPU works on after the call: synchronise before the clock is read"
    fault = "time_op measures less than the GPU needs."
    enough = measured >= 0.9 * min(own, default=0.0)
    expect_true(enough, fault, expected=str(own), got=str(measured), cause=early)
