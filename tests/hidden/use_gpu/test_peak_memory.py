"""peak_memory gives the most bytes that a call holds at once beyond the start."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from grader.observe import expect_equal, say
from use_gpu_helpers import SIM, Change, changed, metered, on_gpu, some_gpus

pytestmark = pytest.mark.exercise("use_gpu.peak_memory")


class Allocator:
    """Made-up counters of two GPUs' memory, in blocks as torch reserves them."""

    BLOCK = 2 << 20

    def __init__(self) -> None:
        self.current = 0
        self.held = [0, 0]
        self.reserved = [0, 0]
        self.peaks = [0, 0]
        self.reserved_peaks = [0, 0]

    def index_of(self, device: Any) -> int:
        """Return the number of the GPU that is meant; None is the current one."""
        if isinstance(device, int):
            return device
        index = None if device is None else torch.device(device).index
        return self.current if index is None else index

    def take(self, index: int, nbytes: int) -> None:
        """Allocate, or free if `nbytes` is negative."""
        self.held[index] += nbytes
        blocks = -(-self.held[index] // self.BLOCK)
        self.reserved[index] = max(self.reserved[index], blocks * self.BLOCK)
        self.peaks[index] = max(self.peaks[index], self.held[index])
        self.reserved_peaks[index] = max(
            self.reserved_peaks[index], self.reserved[index]
        )

    def reset(self, device: Any = None) -> None:
        index = self.index_of(device)
        self.peaks[index] = self.held[index]
        self.reserved_peaks[index] = self.reserved[index]

    def stats(self, device: Any = None) -> dict[str, int]:
        index = self.index_of(device)
        return {
            "allocated_bytes.all.current": self.held[index],
            "allocated_bytes.all.peak": self.peaks[index],
            "reserved_bytes.all.current": self.reserved[index],
            "reserved_bytes.all.peak": self.reserved_peaks[index],
        }


def made_up_memory(allocator: Allocator) -> list[Change]:
    """Return the changes that make an allocator's counters torch's."""

    def reader(counters: list[int]) -> Callable[..., int]:
        return lambda device=None: counters[allocator.index_of(device)]

    def device(index: Any) -> Any:
        return on_gpu(allocator, index)

    named = {
        "memory_allocated": reader(allocator.held),
        "max_memory_allocated": reader(allocator.peaks),
        "memory_reserved": reader(allocator.reserved),
        "max_memory_reserved": reader(allocator.reserved_peaks),
        "reset_peak_memory_stats": allocator.reset,
        "reset_max_memory_allocated": allocator.reset,
        "memory_stats": allocator.stats,
    }
    return [
        *some_gpus(2),
        *((torch.cuda, name, new) for name, new in named.items()),
        *((torch.cuda.memory, name, new) for name, new in named.items()),
        *((torch.accelerator, name, new) for name, new in named.items()),
        (torch.cuda, "synchronize", lambda _=None: None),
        (torch.accelerator, "synchronize", lambda _=None: None),
        (torch.cuda, "empty_cache", lambda: None),
        (torch.cuda, "device", device),
        (torch.cuda, "current_device", lambda: allocator.current),
    ]


def measure_gpu(
    ex: Any, device: str, before: list[int], steps: list[int]
) -> tuple[int, int]:
    """Return the peak that is measured, and how often the work was done."""
    allocator, index, calls = Allocator(), torch.device(device).index or 0, []

    def fn() -> None:
        calls.append(1)
        for nbytes in steps:
            allocator.take(index, nbytes)

    for nbytes in before:
        allocator.take(index, nbytes)
    with changed(ex, made_up_memory(allocator)):
        return ex.peak_memory(fn, device), len(calls)


def measure(ex: Any, work: str, n: int, device: str) -> int:
    """Return the peak of one of the `WORKS` on n float32 numbers."""
    kept: list[Tensor] = []
    with metered(device):
        given = torch.zeros(n, device=device)
        return ex.peak_memory(lambda: WORKS[work](n, device, given, kept), device)


def measure_twice(ex: Any, n: int) -> tuple[int, int]:
    def fn() -> None:
        torch.zeros(n)

    return ex.peak_memory(fn, "cpu"), ex.peak_memory(fn, torch.device("cpu"))


def one_after_the_other(n: int, device: str, given: Tensor, kept: list[Tensor]) -> None:
    a = torch.zeros(n, device=device)
    b = a + 1
    del a
    c = b * 2
    del b
    c.exp()


def views_of_one(n: int, device: str, given: Tensor, kept: list[Tensor]) -> None:
    a = torch.zeros(n, device=device)
    views = [a[1:], a.view(1, -1), a[: n // 2].detach()]
    del a
    views[0].add_(1)


def work_on_given(n: int, device: str, given: Tensor, kept: list[Tensor]) -> None:
    given.add_(1)
    given.view(-1, 1).t().mul_(2)
    given[1:].clone()


def kept_for_later(n: int, device: str, given: Tensor, kept: list[Tensor]) -> None:
    kept.extend(torch.ones(n, device=device) for _ in range(3))


def elsewhere_too(n: int, device: str, given: Tensor, kept: list[Tensor]) -> None:
    other = "meta" if device == "cpu" else "cpu"
    far = torch.zeros(2 * n, device=other)
    near = torch.zeros(n, device=device)
    del far, near


def bytes_and_doubles(n: int, device: str, given: Tensor, kept: list[Tensor]) -> None:
    narrow = torch.zeros(n, dtype=torch.int8, device=device)
    wide = narrow.to(torch.float64)
    del narrow, wide


WORKS = {
    "one_after_the_other": one_after_the_other,
    "views": views_of_one,
    "given": work_on_given,
    "kept": kept_for_later,
    "other_device": elsewhere_too,
    "dtypes": bytes_and_doubles,
}


def peak_of(work: str, n: int) -> tuple[int, dict[str, Any]]:
    """Return the peak of a work in bytes, and what slips give."""
    return {
        "one_after_the_other": (
            8 * n,
            {
                "what is freed does not count any longer: that is no sum": 16 * n,
                "the peak is asked for, not what is left at the end": 0,
            },
        ),
        "views": (4 * n, {"views share one storage": lambda peak: peak > 4 * n}),
        "given": (
            4 * (n - 1),
            {
                "what was there before the start does not count": lambda peak: (
                    peak > 4 * n
                )
            },
        ),
        "kept": (12 * n, {"what is kept is held too": 4 * n}),
        "other_device": (
            4 * n,
            {"tensors on other devices do not count": 12 * n},
        ),
        "dtypes": (
            9 * n,
            {"not every number has four bytes": 8 * n, "bytes, not numbers": 2 * n},
        ),
    }[work]


@pytest.mark.weight(2)
@pytest.mark.parametrize("device", ["cpu", SIM])
@pytest.mark.parametrize("work", WORKS)
def test_peak_memory_counts_storages(observe, rng, work, device):
    n = rng.randrange(1000, 5000)

    peak = observe(
        measure,
        work,
        n,
        device,
        call=say(
            "peak_memory(fn, {device}), {work}, n = {n}",
            device=repr(device),
            work=work,
            n=n,
        ),
    )

    expected, slips = peak_of(work, n)
    fault = "peak_memory does not give the most bytes held at once."
    causes = {cause: value for cause, value in slips.items() if value != expected}
    expect_equal(peak, expected, fault, slips=causes)


def test_peak_memory_measures_afresh(observe, rng):
    n = rng.randrange(1000, 5000)

    first, second = observe(measure_twice, n, call="peak_memory(fn, 'cpu'), twice")

    fault = "peak_memory does not start afresh in every call."
    expect_equal(first, 4 * n, fault)
    expect_equal(second, 4 * n, fault)


@pytest.mark.weight(2)
@pytest.mark.parametrize("device", ["cuda", "cuda:1"])
def test_peak_memory_reads_the_gpus_counters(observe, rng, device):
    held, high, first, second = (1024 * n for n in rng.sample(range(10, 900), 4))
    before = [held, 1000 * high, -1000 * high]
    steps = [first, second, -first, -second]

    peak, calls = observe(
        measure_gpu,
        device,
        before,
        steps,
        call=say("peak_memory(fn, {device})", device=repr(device)),
    )

    expect_equal(
        peak,
        first + second,
        "peak_memory does not give the peak of the GPU's memory above the start.",
        slips={
            "the high-water mark from before counts: reset_peak_memory_stats": (
                1000 * high
            ),
            "what was held at the start counts too": held + first + second,
            "reserved memory is more than what is allocated": (
                lambda peak: peak % Allocator.BLOCK == 0 and peak > first + second
            ),
            "the counters of the device given are wanted, not the current one's": (
                lambda peak: device != "cuda" and peak <= 0
            ),
            "what is left at the end is no peak": 0,
        },
    )
    expect_equal(calls, 1, "peak_memory does not call fn once.")


@pytest.mark.cuda
@pytest.mark.parametrize("work", ["one_after_the_other", "views", "kept"])
def test_peak_memory_on_a_gpu(observe, rng, work):
    n = 128 * rng.randrange(100, 500)  # torch allocates in blocks of 512 bytes

    peak = observe(
        measure, work, n, "cuda", call=say("peak_memory(fn, 'cuda'), {work}", work=work)
    )

    fault = "peak_memory does not give the peak of the GPU's memory above the start."
    reserved = "reserved memory is more than what is allocated"
    expected, slips = peak_of(work, n)
    slips = {**slips, reserved: lambda peak: peak % (2 << 20) == 0}
    expect_equal(peak, expected, fault, slips=slips)
