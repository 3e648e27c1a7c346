"""prefetch copies the next batch meanwhile, and hands out only what has arrived."""

import gc
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import Tensor

from grader.observe import expect_equal, expect_true, say
from use_gpu_helpers import (
    DISTINCT,
    changed,
    leaves_of,
    metered,
    on_device,
    outline,
    places_of,
)
from use_gpu_machine import Card, bring_back

pytestmark = pytest.mark.exercise("use_gpu.prefetch")


def take_all(ex: Any, batches: list[Any]) -> list[Any]:
    return list(ex.prefetch(batches, torch.device("cpu")))


def take_all_on_device(
    ex: Any, batches: list[Any], device: str
) -> tuple[list[list[str]], list[Any], int]:
    """Return where the batches are, the batches, and the copies to the device."""
    with metered(device) as meter:
        moved = list(ex.prefetch(batches, device))
        arrivals = meter.arrivals
    return [places_of(batch) for batch in moved], moved, arrivals


def stop_early(ex: Any, count: int, taken: int) -> tuple[list[int], bool, int]:
    """Return what was read at each batch, whether the end was clean, threads left."""
    read: list[int] = []
    ended: list[bool] = []

    def loader() -> Iterator[Tensor]:
        try:
            for i in range(count):
                read.append(i)
                yield torch.full((2,), float(i))
        finally:
            ended.append(True)

    before = set(threading.enumerate())
    batches, ahead = ex.prefetch(loader(), "cpu"), []
    for _ in batches:
        ahead.append(len(read))
        if len(ahead) == taken:
            break
    getattr(batches, "close", lambda: None)()
    del batches
    gc.collect()
    clean = bool(ended)
    left = [t for t in threading.enumerate() if t not in before]
    for thread in left:
        thread.join(timeout=1)
    return ahead, clean, sum(t.is_alive() for t in left)


class LoaderError(Exception):
    """What a broken loader raises."""


def take_from_broken(ex: Any, good: int) -> list[Tensor]:
    def loader() -> Iterator[Tensor]:
        yield from (torch.zeros(1) for _ in range(good))
        raise LoaderError("the disk is gone")

    return list(ex.prefetch(loader(), "cpu"))


def take_large_on_gpu(ex: Any, count: int, size: int) -> tuple[list[Tensor], list[str]]:
    """Return the ends of large batches, read as soon as they are handed out."""
    ends, places = [], []
    loader = (
        (torch.full((size,), float(i)), torch.full((size,), -float(i)))
        for i in range(1, 1 + count)
    )
    for one, two in ex.prefetch(loader, "cuda"):
        ends += [one[-1000:].clone(), two[-1000:].clone()]
        places += [one.device.type, two.device.type]
        one.zero_()
    return [end.cpu() for end in ends], places


Handed = tuple[list[list[Tensor]], list[list[bool]], list[str], bool, bool]


def take_from_made_up_gpu(ex: Any, batches: list[Any], device: str) -> Handed | None:
    """Return what batches hold when they are handed out, and how they came there.

    For each batch: its tensors, and whether a copy that the host does not wait for is
    on its way on another stream; for all: their devices, whether all memory was pinned,
    whether none can be used anew too early. None: made-up GPUs do not have it all.
    """
    card = Card()
    index = torch.device(device).index or 0
    held, ahead, places, tensors = [], [], [], []
    with changed(ex, card.changes()):
        for batch in ex.prefetch(iter(batches), device):
            parts = leaves_of(batch)
            held.append([bring_back(t) for t in parts])
            places += [str(t.device) for t in parts]
            tensors += [(t, len(card.waits)) for t in parts]
            lanes = {id(lane): lane for lane, _ in card.copies}.values()
            ahead.append([not lane.query() for lane in lanes])
    caller = card.callers[index]
    kept = all(
        caller is getattr(t, "made_on", caller)
        or caller in getattr(t, "used_on", [])
        or any((t.made_on, caller) == pair for pair in card.waits[since:])
        for t, since in tensors
    )
    return held, ahead, places, all(waiting for _, waiting in card.copies), kept


def draw_pairs(rng, kind: str) -> list[Any]:
    """Return batches of one kind and several sizes."""
    build = {"tensor": lambda x, _: x, "tuple": lambda x, y: (x, y)}
    build["list"] = lambda x, y: [x, y]
    return [
        build[kind](torch.randn(n, 3), torch.arange(n))
        for n in rng.sample(DISTINCT, rng.choice([2, 3, 4]))
    ]


@pytest.mark.parametrize("kind", ["tensor", "tuple", "list"])
def test_prefetch_keeps_batches_and_their_order(observe, rng, kind):
    batches = draw_pairs(rng, kind)

    got = observe(
        take_all,
        batches,
        call=say("list(prefetch(batches, 'cpu')), {kind}s", kind=kind),
    )

    expect_equal(
        len(got),
        len(batches),
        "prefetch does not yield each batch once.",
        slips={
            "the last batch is still ahead when the loader ends": len(batches) - 1,
            "the first batch is read ahead and then left out": len(batches) - 1,
        },
    )
    expect_equal(
        got,
        batches,
        "prefetch does not keep the batches and their order.",
        slips={
            "a tuple stays a tuple, a list a list": lambda got: (
                outline(got) != outline(batches)
            )
        },
    )


def test_prefetch_of_nothing_is_empty(observe):
    got = observe(take_all, [], call="list(prefetch([], 'cpu'))")

    expect_equal(got, [], "prefetch of no batches does not end at once.")
    seen = observe(
        take_from_made_up_gpu,
        [],
        "cuda",
        call="list(prefetch([], 'cuda')), GPUs made up",
        causes={r"StopIteration": "next(iterator, None) gives None at the end"},
    )
    if seen is not None:
        expect_equal(seen[0], [], "prefetch of no batches does not end at once.")


@on_device
@pytest.mark.parametrize("kind", ["tensor", "tuple", "list"])
def test_prefetch_moves_every_tensor_once(observe, rng, kind, device):
    batches = draw_pairs(rng, kind)

    places, moved, arrivals = observe(
        take_all_on_device,
        batches,
        device,
        call=say(
            "list(prefetch(batches, {device})), {kind}s", device=repr(device), kind=kind
        ),
    )

    count = 1 if kind == "tensor" else 2
    expect_equal(
        places,
        [[device] * count] * len(batches),
        "prefetch does not move every tensor to the device.",
        slips={
            "t.to(device) returns the moved tensor; t itself does not move": (
                lambda places: all(device not in each for each in places)
            ),
            "the first of a batch alone is moved": (
                lambda places: any("cpu" in each for each in places)
            ),
        },
    )
    expect_equal(moved, batches, "prefetch changes values on their way to the device.")
    expect_equal(
        arrivals, count * len(batches), "prefetch does not move each tensor once."
    )


@pytest.mark.weight(2)
def test_prefetch_reads_at_most_one_batch_ahead(observe, rng):
    taken = rng.choice([3, 5])

    ahead, _, _ = observe(
        stop_early,
        40,
        taken,
        call=say("the first {taken} of prefetch(40 batches, 'cpu')", taken=taken),
    )

    expect_equal(len(ahead), taken, "prefetch does not yield each batch once.")
    expect_true(
        all(read <= i + 2 for i, read in enumerate(ahead)),
        "prefetch reads far ahead.",
        expected="at most one batch more than was handed out",
        got=say("{ahead} read when the 1st, 2nd, … was handed out", ahead=ahead),
        cause="list(loader) reads everything" if max(ahead) == 40 else None,
    )


@pytest.mark.weight(2)
def test_prefetch_cleans_up_when_the_caller_stops(observe, rng):
    taken = rng.choice([1, 2, 3])

    _, clean, threads = observe(
        stop_early,
        40,
        taken,
        call=say("a break after {taken} batches, then close()", taken=taken),
    )

    expect_equal(threads, 0, "prefetch leaves threads behind when the caller stops.")
    expect_true(
        clean,
        "prefetch does not let the loader go when the caller stops.",
        expected="the loader's iterator is closed",
        got="it still waits for its next batch",
        cause="something else keeps a reference to it: a global, a thread, a cache",
    )


def test_prefetch_passes_on_the_loaders_exception(observe, rng):
    raised = observe.error(
        take_from_broken, rng.choice([1, 3]), call="prefetch of a loader that raises"
    )

    expect_true(
        raised is not None and "LoaderError" in raised.types,
        "An exception of the loader does not reach the caller.",
        expected="the loader's own exception",
        got="no exception" if raised is None else str(raised),
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("kind", ["tensor", "tuple", "list"])
@pytest.mark.parametrize("device", ["cuda", "cuda:1"])
def test_prefetch_copies_ahead_on_a_stream_of_its_own(observe, rng, kind, device):
    batches = draw_pairs(rng, kind)

    seen = observe(
        take_from_made_up_gpu,
        batches,
        device,
        call=say(
            "prefetch({n} batches, {device}), GPUs made up",
            n=len(batches),
            device=repr(device),
        ),
    )

    held, ahead, places, waiting, kept = seen
    full = device if device == "cuda:1" else "cuda:0"
    expected = [leaves_of(batch) for batch in batches]
    count = sum(map(len, expected))
    expect_equal(len(held), len(batches), "prefetch does not yield each batch once.")
    expect_equal(
        places, [full] * count, "prefetch does not move every tensor to the device."
    )
    expect_equal(
        held,
        expected,
        "prefetch hands out batches whose copy has not ended.",
        slips={
            "current_stream().wait_stream(side) comes before a batch is used": (
                lambda got: len(got) == len(expected)
            )
        },
    )
    expect_true(
        waiting,
        "The host waits for the copies of prefetch.",
        expected="copies from pinned memory that do not block",
        got="copies that block the host",
        cause="t.pin_memory().to(device, non_blocking=True)",
    )
    expect_true(
        all(any(each) for each in ahead[:-1]),
        "The next batch is not on its way while the present one is used.",
        expected="its copy runs on a stream of its own when a batch is handed out",
        got="no copy is on its way",
        cause="start the next copy under torch.cuda.stream(side), then yield",
    )
    expect_true(
        kept,
        "The memory of a batch may be used anew while the caller works on it.",
        expected="the allocator knows of the caller's stream",
        got="it knows of the copying stream alone",
        cause="t.record_stream(current_stream) for each tensor that is handed out",
    )


@pytest.mark.cuda
def test_prefetch_hands_out_what_has_arrived(observe, rng):
    count, size = rng.choice([5, 6]), 1_000_000 * rng.choice([8, 10])

    ends, places = observe(
        take_large_on_gpu,
        count,
        size,
        call=say("prefetch({count} large pairs, 'cuda')", count=count),
    )

    expect_equal(
        places,
        ["cuda"] * 2 * count,
        "prefetch does not move every tensor to the device.",
    )
    expected = [
        torch.full((1000,), sign * float(i))
        for i in range(1, 1 + count)
        for sign in (1, -1)
    ]
    expect_equal(
        ends,
        expected,
        "prefetch hands out batches whose copy has not ended.",
        slips={
            "current_stream().wait_stream(side) comes before a batch is used": (
                lambda got: len(got) == len(expected)
            )
        },
    )
