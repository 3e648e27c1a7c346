"""peak_memory gives the most bytes that a call holds at once beyond the start."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from grader.observe import expect_equal, say
from grader.sim import metered
from use_gpu_helpers import Change, Machine, changed, on_device, some_gpus

pytestmark = pytest.mark.exercise("use_gpu.peak_memory")


class Allocator(Machine):
    """Made-up counters of two GPUs' memory, in blocks as torch reserves them."""

    BLOCK = 2 << 20

    def __init__(self) -> None:
        self.held, self.peaks, self.reserved, self.most = ([0, 0] for _ in range(4))

    def take(self, index: int, nbytes: int) -> None:
        """Allocate, or free if `nbytes` is negative."""
        self.held[index] += nbytes
        blocks = -(-self.held[index] // self.BLOCK)
        self.reserved[index] = max(self.reserved[index], blocks * self.BLOCK)
        self.peaks[index] = max(self.peaks[index], self.held[index])
        self.most[index] = max(self.most[index], self.reserved[index])

    def reset(self, device: Any = None) -> None:
        index = self.index_of(device)
        self.peaks[index], self.most[index] = self.held[index], self.reserved[index]

    def changes(self) -> list[Change]:
        """Return the changes that make these counters torch's."""

        def reader(counters: list[int]) -> Callable[..., int]:
            return lambda device=None: counters[self.index_of(device)]

        counts = {
            "allocated_bytes.all.current": reader(self.held),
            "allocated_bytes.all.peak": reader(self.peaks),
            "reserved_bytes.all.current": reader(self.reserved),
            "reserved_bytes.all.peak": reader(self.most),
        }
        named = {
            "memory_allocated": reader(self.held),
            "max_memory_allocated": reader(self.peaks),
            "memory_reserved": reader(self.reserved),
            "max_memory_reserved": reader(self.most),
            "reset_peak_memory_stats": self.reset,
            "reset_max_memory_allocated": self.reset,
            "memory_stats": lambda d=None: {k: read(d) for k, read in counts.items()},
            "synchronize": lambda _=None: None,
            "empty_cache": lambda: None,
            "device": self.at,
            "current_device": lambda: self.current,
        }
        owners = torch.cuda, torch.cuda.memory, torch.accelerator
        changes = [(owner, *change) for owner in owners for change in named.items()]
        return [*some_gpus(2), *changes]


def measure_gpu(
    ex: Any, device: str, before: list[int], steps: list[int], current: int = 0
) -> list[int]:
    """Return the peak that is measured, and how often the work was done."""
    allocator, calls = Allocator(), []
    allocator.current = current
    index = allocator.index_of(device)

    def fn() -> None:
        calls.append(1)
        for nbytes in steps:
            allocator.take(index, nbytes)

    for nbytes in before:
        allocator.take(index, nbytes)
    with changed(ex, allocator.changes()):
        return [ex.peak_memory(fn, device), len(calls)]


Work = Callable[[Tensor, list[Tensor]], Any]
"""Makes tensors like one from before; a list of tensors is there to stay."""


def measure(ex: Any, work: Work, n: int, device: str, index: str = "") -> int:
    kept: list[Tensor] = []
    with metered(device):
        x = torch.zeros(n, device=device)
        return ex.peak_memory(lambda: work(x, kept), device + index)


def measure_all(
    ex: Any, works: list[Work], n: int, device: str, index: str = ""
) -> list[int]:
    """Return the peaks of works, one after the other, with an index and without."""
    named = [measure(ex, work, n, device, index) for work in works]
    return [*named, measure(ex, works[0], n, device)]


def one_after_the_other(x: Tensor, kept: list[Tensor]) -> None:
    a = torch.zeros_like(x)
    b = a + 1
    del a
    c = b * 2
    del b
    c.exp()


def outlived(x: Tensor, kept: list[Tensor]) -> None:
    total = torch.ones_like(x).requires_grad_().exp().sum()
    part = torch.zeros_like(x).detach()
    kept.append(total + part)


def go_back(x: Tensor, kept: list[Tensor]) -> None:
    kept.append(torch.ones_like(x).requires_grad_())
    kept[0].exp().sum().backward()


WORKS: dict[str, tuple[Work, str]] = {
    "for tensors one after the other": (one_after_the_other, ""),
    "for numbers of one byte and of eight": (
        lambda x, kept: torch.zeros_like(x, dtype=torch.int8).double(),
        "not every number has four bytes",
    ),
    "for views": (
        lambda x, kept: [(a := torch.zeros_like(x))[1:], a.view(1, -1), a.detach()],
        "views share one storage",
    ),
    "for tensors that are kept": (
        lambda x, kept: kept.extend(torch.ones_like(x) for _ in range(3)),
        "what is kept is held, too",
    ),
    "for a tensor with gaps": (
        lambda x, kept: torch.empty_strided((len(x) // 2,), (2,), device=x.device),
        "a storage counts with all its bytes, whatever its tensor shows of it",
    ),
    "for tensors on another device": (
        lambda x, kept: [torch.zeros(len(x), device="meta"), torch.zeros_like(x)],
        "tensors on other devices do not count",
    ),
    "for a tensor from before": (
        lambda x, kept: [
            torch.ones(len(x), out=x).view(-1, 1),
            x.add_(1),
            x[1:].clone(),
        ],
        "what was there before the start does not count",
    ),
    "for a storage that outlives its tensor": (
        outlived,
        "a view or autograd may hold a storage when the tensor is gone",
    ),
    "for operators with several results": (
        lambda x, kept: x.view(2, -1).max(0),
        "an operator may return a tuple of tensors",
    ),
    "for operators with a list of results": (
        lambda x, kept: torch.unbind_copy(x.view(2, -1)),
        "an operator may return a list of tensors",
    ),
    "for a backward pass": (
        go_back,
        "operators run in the backward pass, too: only a TorchDispatchMode sees them",
    ),
}


@pytest.mark.weight(2)
def test_peak_memory_counts_storages(sweep, rng):
    n = 2 * rng.randrange(500, 2500)

    sweep.cases(
        measure,
        {when: (work, n, "cpu") for when, (work, _) in WORKS.items()},
        call=say("peak_memory(fn, 'cpu'), n = {n}", n=n),
        fault="peak_memory does not give the most bytes held at once.",
        slips={
            "what is freed does not count any longer: that is no sum": 16 * n,
            "the peak is asked for, not what is left at the end": 0,
            "bytes are counted, not numbers": 2 * n,
        },
        because={when: cause for when, (_, cause) in WORKS.items()},
    )


@pytest.mark.weight(2)
@on_device
def test_peak_memory_counts_on_any_device(observe, sweep, rng, device):
    works = [work for work, _ in WORKS.values()]
    works = works[:4] if device == "cuda:0" else works
    n = 512 * rng.randrange(20, 100)  # a GPU's memory comes in blocks of 512 bytes
    call = say("peak_memory(fn, {device}), n = {n}", device=repr(device), n=n)

    peaks = observe(measure_all, works, n, device[:-2], device[-2:], call=call)

    expect_equal(
        peaks,
        sweep.refer(measure_all, works, n, "cpu"),
        say("peak_memory does not give the peaks on {device}.", device=repr(device)),
    )


class Counter(TorchDispatchMode):
    """Counts operators until its block ends, unless a mode in it is left on."""

    calls = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.calls += 1
        return func(*args, **(kwargs or {}))


def measure_what_breaks(ex: Any, n: int) -> list[Any]:
    """Return a peak, what comes of an exception, and if a mode is left on."""

    def broken() -> None:
        torch.zeros(n)
        raise ArithmeticError

    came = [ex.peak_memory(lambda: torch.zeros(n), torch.device("cpu"))]
    with Counter() as counter:
        try:
            came.append(ex.peak_memory(broken, "cpu"))
        except ArithmeticError:
            came.append("an exception")
    seen = counter.calls
    torch.zeros(1)
    return [*came, "watches on" if counter.calls > seen else "is done"]


def test_peak_memory_hands_on_an_exception(sweep, rng):
    n = rng.randrange(1000, 5000)

    sweep.cases(
        measure_what_breaks,
        {"when fn raises": (n,)},
        call="peak_memory(fn, 'cpu'), fn raises an exception",
        fault="peak_memory does not end when fn raises.",
        slips={
            "a mode is left by `with`, whatever happens in it": (
                lambda got: got[1:] == ["an exception", "watches on"]
            )
        },
    )


@pytest.mark.weight(2)
def test_peak_memory_reads_the_gpus_counters(sweep, rng):
    held, high, first, second = (1024 * n for n in rng.sample(range(10, 900), 4))
    before = [held, 1000 * high, -1000 * high]
    steps = [first, second, -first, -second]

    sweep.cases(
        measure_gpu,
        {
            "for 'cuda'": ("cuda", before, steps),
            "for cuda:1": ("cuda:1", before, steps),
            "for cuda:0 while the second GPU is current": ("cuda:0", before, steps, 1),
            "where 'cuda' is the second GPU": ("cuda", before, steps, 1),
        },
        call="peak_memory(fn, 'cuda'), and on 'cuda:1'",
        fault="peak_memory does not give the peak of the GPU's memory above the start.",
        slips={
            "the high-water mark from before counts: reset_peak_memory_stats": (
                [1000 * high, 1]
            ),
            "what was held at the start counts too": [held + first + second, 1],
            "reserved memory is more than what is allocated": (
                lambda got: got[0] % Allocator.BLOCK == 0 and got[0] > first + second
            ),
            "what is left at the end is no peak": [0, 1],
        },
        because=dict.fromkeys(
            ("for cuda:1", "for cuda:0 while the second GPU is current"),
            "the counters of the device given are wanted, not those of the current one",
        ),
    )
