"""prefetch copies the next batch meanwhile, and hands out only what has arrived."""

import gc
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import torch
from torch import Tensor

from grader.observe import expect_equal, say
from grader.sandbox.states import map_tensors
from use_gpu_helpers import (
    DISTINCT,
    Drift,
    changed,
    leaves_of,
    metered,
    on_device,
    outline,
    places_of,
)
from use_gpu_machine import Card, bring_back

pytestmark = pytest.mark.exercise("use_gpu.prefetch")


class LoaderError(Exception):
    """What a broken loader raises."""


class Loader:
    """Makes batches when they are asked for, and notes what becomes of it.

    What is asked for too early, two batches ahead of what was handed out, is spoilt.
    """

    def __init__(
        self, count: int, error: Exception | None = None, handed: Any = None
    ) -> None:
        self.count, self.error, self.handed = count, error, handed
        self.read, self.ended = 0, -1

    def __iter__(self) -> Iterator[Tensor]:
        try:
            for i in range(self.count):
                self.read += 1
                early = self.handed is not None and i > len(self.handed) + 1
                yield torch.full((2,), torch.nan if early else float(i))
            if self.error is not None:
                raise self.error
        finally:
            self.ended = self.read


@contextmanager
def looking(ex: Any, device: str) -> Iterator[Callable[[Tensor], tuple[str, Tensor]]]:
    """Give what tells where a batch is and what it holds; GPUs are made up."""
    card = Card()

    def look(batch: Tensor) -> tuple[str, Tensor]:
        card.synchronize()
        return str(batch.device), bring_back(batch)

    with changed(ex, card.changes() if device == "cuda" else []):
        yield look


def take_all(ex: Any, batches: list[Any]) -> tuple[list[Any], list[Any], list[str]]:
    """Return the batches on the CPU, and where and what they are on meta."""
    same = list(ex.prefetch(batches, torch.device("cpu")))
    moved = list(ex.prefetch(iter(batches), "meta"))
    return same, [places_of(b) for b in moved], [outline(b) for b in moved]


def take_all_on_device(
    ex: Any, batches: list[Any], device: str, factor: float
) -> tuple[list[list[str]], list[Any], int, list[Any]]:
    """Return where the batches are, the batches, and the copies to the device.

    And the batches, when copies between devices change values.
    """
    with metered(device) as meter:
        moved = list(ex.prefetch(batches, device))
        arrivals = meter.arrivals
    with metered(device) as meter, Drift(factor, meter):
        drifted = list(ex.prefetch(batches, device))
    return [places_of(batch) for batch in moved], moved, arrivals, drifted


Taken = list[tuple[str, Tensor]]


def stop_early(
    ex: Any, device: str, taken: int, by: str = ""
) -> tuple[Taken, str] | tuple[Taken, int, int]:
    """Return the first batches, and how many were read ahead of them.

    Or how many were read when the loader ended, -1 if it has not, after the caller
    stopped; and how many threads are left.
    """
    handed, most = [], 0
    loader = Loader(40, handed=handed)
    before = set(threading.enumerate())
    with looking(ex, device) as look:
        batches = ex.prefetch(loader, device)
        for batch in batches:
            handed.append(look(batch))
            most = max(most, loader.read - len(handed))
            if len(handed) == taken:
                break
        if not by:
            return handed, "at most one ahead" if most <= 1 else f"{most} ahead"
        if by == "close":
            batches.close()
        else:
            del batches
    gc.collect()
    left = [t for t in threading.enumerate() if t not in before]
    for thread in left:
        thread.join(timeout=0.5)
    return handed, loader.ended, sum(t.is_alive() for t in left)


def judge_end(found: tuple[Taken, int, int]) -> tuple[Taken, str, int]:
    """Return the same in words: whether the loader has ended, after what was taken."""
    handed, ended, left = found
    let_go = len(handed) <= ended <= len(handed) + 1
    return handed, "the loader is let go" if let_go else "the loader still waits", left


def take_from_broken(ex: Any, device: str, good: int) -> tuple[Taken, str]:
    """Return the batches but the last, which may be lost, and what was raised."""
    handed: Taken = []
    with looking(ex, device) as look:
        try:
            for batch in ex.prefetch(Loader(good, LoaderError()), device):
                handed += [look(batch)]
        except LoaderError:
            return handed[: good - 1], "the loader's exception"
    return handed[: good - 1], "no exception"


def take_large_on_gpu(ex: Any, count: int, size: int) -> list[Tensor]:
    """Return the ends of large batches, read as soon as they are handed out."""
    ends, loader = [], ([torch.full((size,), float(i + 1))] for i in range(count))
    for (batch,) in ex.prefetch(loader, "cuda"):
        ends.append(batch[-1000:].clone())
        batch.zero_()
    return ends


def take_on_its_way(
    ex: Any, batches: list[Any], device: str, own_stream: bool = False
) -> tuple[list[str], list[list[Tensor]], list[bool], list[bool], list[bool]]:
    """Return where batches are and what they hold when handed out, and how they came.

    That is for each copy if the host went on, for each batch but the last if something
    was on its way when it was handed out, and for each tensor if the allocator knows of
    the caller's stream.
    """
    card = Card()
    places, held, tensors, behind = [], [], [], []
    with changed(ex, card.changes()):
        handed_out = ex.prefetch(iter(batches), device)
        if own_stream:
            card.callers = [card.stream(i) for i in range(2)]
            card.lanes[:] = card.callers
        for batch in handed_out:
            parts = leaves_of(batch)
            places += [str(t.device) for t in parts]
            held.append([bring_back(t) for t in parts])
            tensors += [(t, len(card.waits)) for t in parts]
            behind.append(any(not lane.query() for lane, _ in card.copies))
    caller = card.callers[torch.device(device).index or 0]
    kept = [
        caller is getattr(t, "made_on", caller)
        or caller in getattr(t, "used_on", [])
        or any((t.made_on, caller) == pair for pair in card.waits[since:])
        for t, since in tensors
    ]
    return places, held, [on for _, on in card.copies], behind[:-1], kept


def judge_way(found: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the same in words; that all hold, for as many as there are."""
    places, held, goes_on, behind, kept = found
    number = sum(map(len, held))
    whole = len(goes_on) >= number == len(kept) and len(behind) == len(held) - 1
    return (
        places,
        held,
        "the host goes on" if all(goes_on) else "the host waits for a copy",
        "the next is on its way" if all(behind) else "no copy is on its way",
        "the caller's stream" if all(kept) else "the copying stream alone",
        "all of them" if whole else "not all of them",
    )


BUILD = {
    "tensor": lambda x, _: x,
    "tuple": lambda x, y: (x, y),
    "list": lambda x, y: [x, y],
    "of_one": lambda x, _: [x],
}


def draw_batches(rng, *kinds: str) -> list[Any]:
    """Return batches of these kinds in turn, each of another size."""
    sizes = rng.sample(DISTINCT, rng.randrange(3, 9))
    return [
        BUILD[kinds[i % len(kinds)]](torch.randn(n, 3), torch.arange(n))
        for i, n in enumerate(sizes)
    ]


@pytest.mark.weight(2)
def test_prefetch_moves_batches_and_keeps_their_order(sweep, rng):
    pairs = draw_batches(rng, "tuple")

    sweep.cases(
        take_all,
        {
            "for tuples": (pairs,),
            "for tensors": (draw_batches(rng, "tensor"),),
            "for lists": (draw_batches(rng, "list"),),
            "for batches of all kinds": (draw_batches(rng, "of_one", "tuple"),),
            "for a batch without rows": ([torch.zeros(0, 3), torch.ones(2, 3)],),
            "for no batches": ([],),
        },
        call="list(prefetch(batches, 'cpu')), list(prefetch(batches, 'meta'))",
        fault="prefetch does not move batches in their order.",
        slips={
            "the last batch is still ahead when the loader ends": (
                lambda got: outline(got[0]) == outline(pairs[:-1])
            ),
            "the first batch is read ahead and then left out": (
                lambda got: outline(got[0]) == outline(pairs[1:])
            ),
            "a tuple stays a tuple, a list a list": (
                lambda got: outline(got[0]) == outline([list(b) for b in pairs])
            ),
            "t.to(device) returns the moved tensor; t itself does not move": (
                lambda got: got[1] == [["cpu", "cpu"]] * len(pairs)
            ),
            "the first of a batch alone is moved": (
                lambda got: got[1] == [["meta", "cpu"]] * len(pairs)
            ),
        },
        because={"for no batches": "next(iterator, None) gives None at the end"},
    )


@on_device
def test_prefetch_moves_every_tensor_once(observe, rng, device):
    batches = draw_batches(rng, "tuple", "tensor", "list")
    call = say("list(prefetch(batches, {device}))", device=repr(device))

    places, moved, arrivals, drifted = observe(
        take_all_on_device, batches, device, factor := rng.uniform(2, 3), call=call
    )

    expected = [[device for _ in leaves_of(batch)] for batch in batches]
    expect_equal(places, expected, "prefetch does not move every tensor to the device.")
    expect_equal(moved, batches, "prefetch changes values on their way to the device.")
    expect_equal(
        arrivals, sum(map(len, expected)), "prefetch does not move each tensor once."
    )
    expect_equal(
        drifted,
        map_tensors(lambda t: t * factor if t.is_floating_point() else t, batches),
        "prefetch does not move each tensor once.",
    )


@pytest.mark.weight(2)
@pytest.mark.allows("threads", reason="what is left has a test of its own")
def test_prefetch_reads_at_most_one_batch_ahead(sweep, rng):
    sweep.cases(
        stop_early,
        {
            "on the CPU": ("cpu", rng.choice([3, 5])),
            "on a GPU": ("cuda", rng.choice([3, 5])),
        },
        call="the first of prefetch(40 batches, device), GPUs made up",
        fault="prefetch does not hand out batches while it reads at most one ahead.",
        slips={
            "list(loader) reads everything": lambda got: got[1] == "39 ahead",
            "one batch is in the caller's hands, one more may be read": (
                lambda got: got[1] == "2 ahead"
            ),
        },
    )


@pytest.mark.weight(2)
def test_prefetch_cleans_up_when_the_caller_stops(sweep, rng):
    sweep.cases(
        stop_early,
        {
            "after a break": ("cpu", rng.randrange(1, 30), "break"),
            "after close": ("cpu", rng.randrange(1, 30), "close"),
            "after a break on a GPU": ("cuda", rng.randrange(1, 30), "break"),
            "after close on a GPU": ("cuda", rng.randrange(1, 30), "close"),
        },
        reads=judge_end,
        call="the first of prefetch(40 batches, device), then a break or close()",
        fault="prefetch does not let the loader go when the caller stops.",
        slips={
            "a thread stays behind, which waits for ever": lambda got: got[2] > 0,
            "something else keeps a reference to the loader's iterator: a global, a "
            "cache": lambda got: got[1] == "the loader still waits",
        },
        causes={
            r"AttributeError: .*'close'": "a generator has close(); a map object has "
            "none, and a class of your own only if you write it"
        },
    )


def test_prefetch_passes_on_the_loaders_exception(sweep, rng):
    sweep.cases(
        take_from_broken,
        {
            "on the CPU": ("cpu", rng.choice([2, 3])),
            "on a GPU": ("cuda", rng.choice([2, 3])),
        },
        call="prefetch(a loader that raises in the end, device), GPUs made up",
        fault="An exception of the loader does not reach the caller.",
        slips={
            "only StopIteration is the end": lambda got: got[1] == "no exception",
        },
    )


@pytest.mark.weight(2)
def test_prefetch_copies_ahead_on_a_stream_of_its_own(sweep, rng):
    kinds = "tuple", "tensor", "list"

    sweep.cases(
        take_on_its_way,
        {
            "on a GPU": (draw_batches(rng, *kinds), "cuda"),
            "on the second GPU": (draw_batches(rng, *kinds), "cuda:1"),
            "on a stream of the caller's own": (
                draw_batches(rng, *kinds),
                "cuda:0",
                True,
            ),
        },
        reads=judge_way,
        call="prefetch(batches, device), GPUs made up",
        fault="prefetch does not copy the next batch while the present one is used.",
        slips={
            "current_stream().wait_stream(side) comes before a batch is used": (
                lambda got: any((t == -1).all() for ts in got[1] for t in ts)
            ),
            "t.pin_memory().to(device, non_blocking=True) does not block": (
                lambda got: got[2] == "the host waits for a copy"
            ),
            "start the next copy under torch.cuda.stream(side), then yield": (
                lambda got: got[3] == "no copy is on its way"
            ),
            "the memory of a batch may be used anew while the caller works on it: "
            "t.record_stream(current_stream) for each tensor that is handed out": (
                lambda got: got[4] == "the copying stream alone"
            ),
        },
        because={
            "on a stream of the caller's own": "the caller's current stream is that of "
            "the moment: ask for it when a batch is handed out"
        },
    )


@pytest.mark.cuda
def test_prefetch_hands_out_what_has_arrived(observe, rng):
    count, size = rng.choice([5, 6]), 1_000_000 * rng.choice([16, 20])
    call = say("prefetch({count} large batches, 'cuda')", count=count)

    ends = observe(take_large_on_gpu, count, size, call=call)

    expect_equal(
        ends,
        [torch.full((1000,), i + 1.0) for i in range(count)],
        "prefetch hands out batches whose copy has not ended.",
    )
