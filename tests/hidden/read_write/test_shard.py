"""A state goes into files of limited size and comes back whole, its ties included."""

import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

import pytest
import torch
from torch import nn

from grader.observe import say
from grader.sandbox.states import map_tensors
from read_write_helpers import State, a_state, copied, oddities, outcome, saved, unpack

pytestmark = pytest.mark.exercise("read_write.shard")

Ties = dict[str, str] | None
Seen = dict[str, Any]
ROWS = {"": "rows of one tensor"}


def tie(state: State, ties: Ties) -> State:
    """Return the state, with some names for the memory of others or rows of one."""
    if ties == ROWS:
        return dict(zip(state, torch.stack([*state.values()]), strict=True))
    return {n: state[ties.get(n, n)].detach() for n in state} if ties else state


def write_shards(ex: Any, state: State, max_bytes: int, ties: Ties = None) -> Seen:
    """Return the names of each shard, what the shards hold, and what is not right."""
    with TemporaryDirectory() as folder:
        here = {saved(folder, b"old", name).name for name in ("old.pt", "notes.txt")}
        ex.shard(tie(state, ties), folder, max_bytes)
        index = json.loads(Path(folder, "index.json").read_text())
        files = index["weight_map"]
        groups: dict[str, list[str]] = {}
        for name, file in files.items():
            groups.setdefault(file, []).append(name)
        held = [unpack(Path(folder, file)) for file in groups]
        size = sum(Path(folder, file).stat().st_size for file in groups)
        names = set(os.listdir(folder))
    own = sum(t.nbytes for name, t in state.items() if name not in (ties or {}))
    return {
        "shards": list(groups.values()),
        "index": [list(index), list(files)],
        "held": [copied(dict(sorted(h.items()))) for h in held],
        "deleted": sorted(here - names),
        "more files": len(names - here - {*groups, "index.json"}),
        "small": size <= own + 2000 * (len(groups) + len(state)),
    }


def reload_shards(
    ex: Any, state: State, max_bytes: int, ties: Ties = None
) -> list[Any]:
    """Return what comes back, later when changed, and the state that was given."""
    given = tie(state, ties)
    with TemporaryDirectory() as folder:
        one, two = Path(folder, "one"), Path(folder, "two")
        one.mkdir()
        ex.shard(a_state(["old", *list(state)[:1]]), one, 16)
        ex.shard(MappingProxyType(given), one, max_bytes)
        one.rename(two)
        loaded = ex.load_sharded(str(two))
    before = copied(loaded)
    for name in set((ties or {}).values()) & set(loaded):
        loaded[name].add_(1)
    return [before, copied(loaded), copied(given)]


def load_shards(ex: Any, index: Any, files: dict[str, State], lost: str = "") -> Any:
    """Return what load_sharded gives, other files loaded before, or what it raises."""

    def load(change: Any) -> Any:
        for name, tensors in files.items():
            saved(folder, map_tensors(change, tensors), name)
        return copied(ex.load_sharded(Path(folder)))

    with TemporaryDirectory() as folder:
        text = json.dumps({"weight_map": index})
        Path(folder, "index.json").write_text(text)
        if not lost:
            load(torch.zeros_like)
        return outcome(lambda: load(torch.clone), lost)


def sized(*sizes: int, dtype: torch.dtype = torch.float32) -> State:
    return {f"{dtype}.{i}": torch.ones(n, dtype=dtype) for i, n in enumerate(sizes)}


@pytest.mark.weight(5)
def test_shards_are_filled_one_after_the_other(sweep, rng):
    state = sized(*(rng.randrange(1, 12) for _ in range(12)))
    max_bytes = 4 * rng.randrange(14, 24)
    wide, narrow = sized(8, 8, dtype=torch.float64), sized(8, 8, 8, dtype=torch.half)
    own = "a tensor that takes more than max_bytes has a shard of its own"
    last = "a new tensor goes into the last shard, or into a new one"
    hollow = {"none": torch.empty(0), **sized(5, 4), "last": torch.empty(0, 1)}
    empty = {f"{d}": torch.empty(0, 2, dtype=d) for d in (torch.half, torch.int16)}
    row = {"row": torch.randn(4000, 3)[1]}
    tied = {name: torch.randn(4000) for name in ("embed", "again", "a", "b", "head")}
    ties = {"again": "embed", "head": "embed"}
    split = "for tied entries, {n} to a shard"
    once = "Tied entries do not count once: save one copy under all names"
    hard: dict[str, tuple[str, Any]] = {
        "for a small tensor behind large ones": (last, (sized(3, 3, 1, 2), 16)),
        "for a tensor that is larger than a shard": (own, (sized(2, 9, 2, 2, 2), 16)),
        "for a large tensor behind an empty one": (own, (hollow, 16)),
        "for several dtypes": ("a size is in bytes", ({**wide, **narrow}, 64)),
        "for a full shard": ("at most, not less", (sized(2, 2, 3, 1, 4, 5), 16)),
        "for empty tensors of several dtypes": ("address 0 ties nothing", (empty, 8)),
        **{say(split, n=n): (once, (tied, 16000 * n, ties)) for n in (1, 2, 9)},
        "for a view": ("a view takes the whole tensor along: clone() it", (row, 40)),
    }

    sweep.cases(
        write_shards,
        {
            "": (state, max_bytes),
            **{when: args for when, (_, args) in hard.items()},
            "for rows of one tensor": (sized(3, 3, 3), 16, ROWS),
            "where each tensor is too large": (state, 3),
            "where all fit": (state, 1 << 20),
            "for odd tensors": (oddities(rng), 64),
            "for no tensors": ({}, 8),
        },
        call=say("shard(state, folder, {max_bytes})", max_bytes=max_bytes),
        fault="shard does not write the shards and the index that it must.",
        tolerance="bits",
        because={when: cause for when, (cause, _) in hard.items()},
        slips={
            "each tensor has a shard of its own": (
                lambda got: got["shards"] == [[name] for name in state]
            ),
            "all tensors are in one shard": lambda got: got["shards"] == [list(state)],
            "index.json has one entry, weight_map": (
                lambda got: got["index"][0] != ["weight_map"]
            ),
            "other files in the folder are deleted": lambda got: got["deleted"],
        },
    )


@pytest.mark.weight(2)
def test_sharded_state_comes_back(sweep, rng):
    state = oddities(rng)
    turned = {"b": state["turned"], "a": state["b.weight"], "": state["count"]}
    net = nn.Linear(3, 2).state_dict(keep_vars=True) | {"row": torch.randn(3, 4)[1]}
    names = ("a/b.weight", "index.json", "größe", "../up", "long" * 99)
    n = rng.randrange(20, 40)
    tied = {name: torch.randn(n) for name in ("embed", "a", "b", "head")}
    ties = {"head": "embed"}

    for when, args in {
        "": (state, 64),
        "in one shard": (state, 1 << 20),
        "in a shard for each": (state, 1),
        "for names out of order": (turned, 16),
        "for parameters and a view": (net, 40),
        "for an empty state": ({}, 8),
        "for odd names": (a_state(names), 8),
        "for rows of one tensor": (sized(3, 3, 3), 16, ROWS),
        "for tied entries": (tied, 4 * n, ties),
        "for tied entries in one shard": (tied, 40 * n, ties),
    }.items():
        sweep.cases(
            reload_shards,
            {when: args},
            call="shard(state, folder, max_bytes); rename the folder; load_sharded",
            tolerance="bits",
            slips={
                "the names are in the order of the index": (
                    lambda got, a=args[0]: {*got[0]} == {*a} and [*got[0]] != [*a]
                ),
                "tied entries do not share their memory: load each shard once": (
                    lambda got: torch.equal(got[0]["head"], got[1]["head"])
                ),
            },
        )


@pytest.mark.weight(2)
def test_load_sharded_goes_by_the_index(sweep, rng):
    state = a_state(["b", "a", "c", "d"])
    one, two = (f"part-{i}.bin" for i in rng.sample(range(100), 2))
    index = {"b": one, "a": two, "c": one, "d": two}
    files = {
        file: {name: state[name] for name in "dcba" if index[name] == file}
        for file in (one, two)
    }
    old = {"a": torch.zeros(2), "old": torch.zeros(2)}
    more = {file: {**held, "more": torch.ones(1)} for file, held in files.items()}
    lost = {**index, "lost.bias": two}
    elsewhere = {**files, one: {**files[one], "lost.bias": torch.ones(2)}}
    crossing = {file: {**a_state(["d", "b"]), **held} for file, held in files.items()}
    sweep.symbol = "load_sharded"

    for when, args in {
        "": (index, files),
        "beside older shards": (index, {"0.pt": old, **files, "shard-99.pt": old}),
        "for a shard that holds more": (index, more),
        "for a file that is no shard": (index, {**files, "notes.txt": b"no tensors"}),
        "for a shard that lacks a tensor": (lost, files, "lost.bias"),
        "for a tensor that is in another shard": (lost, elsewhere, "lost.bias"),
        "for shards that hold each other's names, too": (index, crossing),
        "for a shard that is missing": (index, {one: files[one]}, two),
    }.items():
        sweep.cases(
            load_shards,
            {when: args},
            call="load_sharded(folder)",
            slips={
                "what is missing is passed over in silence": (
                    lambda got, args=args: len(args) > 2 and type(got) is dict
                ),
                "a shard may lack a name: look before you take it": (
                    lambda got: got.startswith("KeyError")
                ),
                "files that the index does not name are old: do not list the folder": (
                    lambda got: "old" in got
                ),
                "the names are in the order of the index": (
                    lambda got: sorted(got) == sorted(index) != list(got)
                ),
            },
        )
