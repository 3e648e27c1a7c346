"""prefetch copies the next batch meanwhile, and hands out only what has arrived."""

import gc
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from operator import itemgetter
from typing import Any

import pytest
import torch
from torch import Tensor

from grader.observe import expect_equal, say
from grader.sim import metered
from use_gpu_helpers import DISTINCT, changed, leaves_of, on_device, outline, places_of
from use_gpu_machine import Card, bring_back

pytestmark = pytest.mark.exercise("use_gpu.prefetch")


class Loader:
    """Counts on from a number that is drawn, and doubles this when it is let go.

    What is asked for two batches ahead of those that are handed out is spoilt.
    """

    def __init__(self, count: int, handed: list[Any], error: Any = None) -> None:
        self.count, self.handed, self.error = count, handed, error
        self.read, self.start = 0, torch.randint(1 << 20, ()).item()

    def __iter__(self) -> Iterator[Tensor]:
        try:
            for i in range(self.count):
                self.read += 1
                early = i > len(self.handed) + 1
                yield torch.full((2,), torch.nan if early else float(self.start + i))
            if self.error is not None:
                raise self.error(self.start)
        finally:
            self.start *= 2


@contextmanager
def looking(ex: Any, device: str) -> Iterator[Callable[[Tensor], tuple[str, Tensor]]]:
    """Give what tells where a batch is and what it holds; GPUs are made up."""
    card = Card()

    def look(batch: Tensor) -> tuple[str, Tensor]:
        card.synchronize()
        return str(batch.device), bring_back(batch)

    with changed(ex, card.changes() if device == "cuda" else []):
        yield look


def take_all(ex: Any, *loaders: list[Any]) -> tuple[list[Any], list[Any], list[str]]:
    """Return the batches on the CPU, and where and what they are on meta."""
    same = [b for some in loaders for b in ex.prefetch(some, torch.device("cpu"))]
    moved = [b for some in loaders for b in ex.prefetch(iter(some), "meta")]
    return same, [places_of(b) for b in moved], [outline(b) for b in moved]


def take_all_on_device(
    ex: Any, batches: list[Any], device: str
) -> tuple[list[list[str]], list[Any], int]:
    """Return where the batches are, the batches, and the copies to the device."""
    with metered(device) as meter:
        moved = list(ex.prefetch(batches, device))
        arrivals = meter.arrivals
    return [places_of(batch) for batch in moved], moved, arrivals


Taken = list[tuple[str, Tensor]]


def stop_early(
    ex: Any, device: str, taken: int, by: str
) -> tuple[Taken, str, int, int]:
    """Return the first batches, and how many were read ahead of them.

    Then the loader's number when the caller stops, and how many threads stay.
    """
    handed, most = [], 0
    loader = Loader(40, handed)
    start = loader.start
    before = set(threading.enumerate())
    with looking(ex, device) as look:
        batches = ex.prefetch(loader, device)
        for batch in batches:
            handed.append(look(batch))
            most = max(most, loader.read - len(handed))
            if len(handed) == taken:
                break
        if by == "close":
            batches.close()
        else:
            del batches
    if loader.start == start:
        gc.collect()
    left = [t for t in threading.enumerate() if t not in before]
    for thread in left:
        thread.join(timeout=0.5)
    ahead = "at most one ahead" if most <= 1 else f"{most} ahead"
    return handed, ahead, loader.start, sum(t.is_alive() for t in left)


def take_from_broken(
    ex: Any, device: str, good: int, error: type[BaseException] = ArithmeticError
) -> tuple[Taken, list[Any]]:
    """Return the batches but the last, which may be lost, and what was raised."""
    handed: Taken = []
    with looking(ex, device) as look:
        try:
            for batch in ex.prefetch(Loader(good, handed, error), device):
                handed += [look(batch)]
        except error as raised:
            return handed[: good - 1], list(raised.args)
    return handed[: good - 1], []


def take_large_on_gpu(ex: Any, count: int, size: int) -> list[Tensor]:
    """Return the ends of large batches, read as soon as they are handed out."""
    ends, loader = [], ([torch.full((size,), float(i + 1))] for i in range(count))
    for (batch,) in ex.prefetch(loader, "cuda"):
        ends.append(batch[-1000:].clone())
        batch.zero_()
    return ends


def change_streams(card: Card, fresh: bool) -> None:
    """Let the caller work on streams of its own, if they shall be fresh."""
    if fresh:
        card.callers = [card.stream(i) for i in range(2)]
        card.lanes[:] = card.callers


def take_on_its_way(
    ex: Any, batches: list[Any], device: str, current: int = 0, fresh: bool = False
) -> tuple[list[str], list[list[Tensor]], str, str, str]:
    """Return where and what batches are when handed out, and how they came.

    That is how the host copied, what was on its way when a batch but the last was
    handed out, and of which stream the allocator knows. The caller may have a fresh
    stream for each batch.
    """
    card = Card()
    card.current = current
    places, held, tensors, behind = [], [], [], []
    with changed(ex, card.changes()):
        handed_out = ex.prefetch(iter(batches), device)
        change_streams(card, fresh)
        for batch in handed_out:
            parts = leaves_of(batch)
            places += [str(t.device) for t in parts]
            places += [kind.__name__ for kind in (tuple, list) if type(batch) is kind]
            held.append([bring_back(t) for t in parts])
            caller = card.callers[card.index_of(device)]
            tensors += [(t, caller, len(card.waits)) for t in parts]
            behind.append(any(not lane.query() for lane, _ in card.copies))
            change_streams(card, fresh)
    kept = [
        caller is getattr(t, "made_on", caller)
        or caller in getattr(t, "used_on", [])
        or any((t.made_on, caller) == pair for pair in card.waits[since:])
        for t, caller, since in tensors
    ]
    if not all(kept):  # somebody else writes there
        held = [[0 * t for t in parts] for parts in held]
    goes_on = all(waiting for _, waiting in card.copies)
    return (
        places,
        held,
        "the host goes on" if goes_on else "the host waits for a copy",
        "the next is on its way" if all(behind[:-1]) else "no copy is on its way",
        "the caller's stream" if all(kept) else "the copying stream alone",
    )


NOTHINGS = [[], torch.zeros(0, 3), torch.tensor(0.0), (torch.ones(2, 3),)]
EMPTY = "what is empty or 0 is false in `if` and `while`, but a batch"


def draw_batches(rng, *kinds: Callable[[tuple[Tensor, Tensor]], Any]) -> list[Any]:
    """Return batches of these kinds in turn, each of another size."""
    sizes = rng.sample(DISTINCT, rng.choice([3, 4]))
    pairs = [(torch.randn(n, 3), torch.arange(n)) for n in sizes]
    return [kinds[i % len(kinds)](pair) for i, pair in enumerate(pairs)]


@pytest.mark.weight(2)
def test_prefetch_moves_batches_and_keeps_their_order(sweep, rng):
    pairs = draw_batches(rng, tuple)

    sweep.cases(
        take_all,
        {
            "for tuples": (pairs,),
            "for tensors": (draw_batches(rng, itemgetter(0)),),
            "for lists": (draw_batches(rng, list, lambda pair: [pair[0]], tuple),),
            "for empty batches": (NOTHINGS + pairs,),
            "for no batches": ([], pairs),
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
        because={
            "for empty batches": EMPTY,
            "for no batches": "next(iterator, None) gives None at the end",
        },
    )


@on_device
def test_prefetch_moves_every_tensor_once(observe, rng, device):
    batches = draw_batches(rng, tuple, itemgetter(0), list)
    call = say("list(prefetch(batches, {device}))", device=repr(device))

    places, moved, arrivals = observe(take_all_on_device, batches, device, call=call)

    expected = [[device for _ in leaves_of(batch)] for batch in batches]
    expect_equal(places, expected, "prefetch does not move every tensor to the device.")
    expect_equal(moved, batches, "prefetch changes values on their way to the device.")
    expect_equal(
        arrivals, sum(map(len, expected)), "prefetch does not move each tensor once."
    )


@pytest.mark.weight(3)
@pytest.mark.allows("threads", reason="what is left is told by a cause of its own")
def test_prefetch_reads_one_batch_ahead_and_cleans_up(sweep, rng):
    sweep.cases(
        stop_early,
        {
            "for a break": ("cpu", rng.choice([3, 5]), "break"),
            "for close": ("cpu", rng.choice([1, 2]), "close"),
            "for a break on a GPU": ("cuda", rng.choice([3, 5]), "break"),
            "for close on a GPU": ("cuda", rng.choice([1, 2]), "close"),
        },
        call="the first of prefetch(40 batches, device), then a break or close()",
        fault="prefetch does not read one batch ahead, or not let the loader go.",
        slips={
            "list(loader) reads everything": lambda got: got[1] == "39 ahead",
            "one batch is in the caller's hands, one more may be read": (
                lambda got: got[1] == "2 ahead"
            ),
            "a thread stays behind, which waits for ever": lambda got: got[3] > 0,
            "something else keeps a reference to the loader's iterator: a global, a "
            "cache": lambda got: got[2] == got[0][0][1][0],
        },
        causes={
            r"AttributeError: .*'close'": "a generator has close(); a map object has "
            "none, and a class of your own only if you write it"
        },
        because=dict.fromkeys(
            ("for close", "for close on a GPU"),
            "close() is called, but something still holds the loader's iterator",
        ),
    )


def test_prefetch_passes_on_the_loaders_exception(sweep, rng):
    sweep.cases(
        take_from_broken,
        {
            "on the CPU": ("cpu", rng.choice([2, 3])),
            "on a GPU": ("cuda", rng.choice([2, 3])),
            "for KeyboardInterrupt": ("cuda", 2, KeyboardInterrupt),
        },
        call="prefetch(a loader that raises in the end, device), GPUs made up",
        fault="An exception of the loader does not reach the caller.",
        slips={
            "only StopIteration is the end": lambda got: not got[1],
        },
    )


@pytest.mark.weight(2)
def test_prefetch_copies_ahead_on_a_stream_of_its_own(sweep, rng):
    batches = draw_batches(rng, tuple, itemgetter(0), list)

    sweep.cases(
        take_on_its_way,
        {
            "on a GPU": (batches, "cuda"),
            "on the second GPU": (batches, "cuda:1"),
            "on a fresh stream of the caller's for each batch": (
                batches,
                "cuda:0",
                0,
                True,
            ),
            "on the first GPU while the second is current": (batches, "cuda:0", 1),
            "where 'cuda' is the second GPU": (batches, "cuda", 1),
            "for empty batches": (NOTHINGS + batches, "cuda"),
            "on the CPU of a machine with GPUs": (batches, "cpu"),
        },
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
            "on a fresh stream of the caller's for each batch": "the caller's current "
            "stream is that of the moment: ask for it when a batch is handed out",
            "on the first GPU while the second is current": "streams are of the "
            "current GPU, if they are not told another",
            "for empty batches": EMPTY,
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
