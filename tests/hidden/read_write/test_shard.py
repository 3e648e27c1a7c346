"""A state goes into files of limited size and comes back whole, its ties included."""

import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import torch
from torch import nn

from grader.observe import draw_name, say
from read_write_helpers import (
    State,
    exactly,
    odd_tensors,
    outcome,
    read_plainly,
    saved,
    some_state,
)

pytestmark = pytest.mark.exercise("read_write.shard")

Ties = dict[str, str]


def tie(state: State, ties: Ties) -> State:
    """Return the state with some names for the memory of others."""
    return {name: state[ties.get(name, name)].detach() for name in state}


def write_shards(
    ex: Any, state: State, max_bytes: int, ties: Ties | None = None
) -> dict[str, Any]:
    """Return the names of each shard, what the shards hold, and what else is there."""
    with TemporaryDirectory() as folder:
        old = f"{torch.randint(1 << 40, ()).item()}.pt"
        here = {saved(folder, b"old", name).name for name in (old, "notes.txt")}
        ex.shard(tie(state, ties or {}), folder, max_bytes)
        index = Path(folder, "index.json").read_text()
        files = json.loads(index)["weight_map"]
        groups: dict[str, list[str]] = {}
        for name, file in files.items():
            groups.setdefault(file, []).append(name)
        held = [read_plainly(Path(folder, file)) for file in groups]
        size = sum(Path(folder, file).stat().st_size for file in groups)
        names = set(os.listdir(folder))
    own = sum(t.nbytes for name, t in state.items() if name not in (ties or {}))
    return {
        "shards": list(groups.values()),
        "index": index,
        "held": [exactly(dict(sorted(h.items()))) for h in held],
        "old files": sorted(here & names),
        "more files": len(names - here - {*groups, "index.json"}),
        "size": size,
        "room": own + 2000 * (len(groups) + len(state)),
    }


def judge_shards(found: dict[str, Any]) -> dict[str, Any]:
    """Return the same, the index as it reads and the size as it is to be."""
    index = json.loads(found["index"])
    size, room = found.pop("size"), found.pop("room")
    return {**found, "index": [list(index), list(index["weight_map"])]} | {
        "small": size <= room
    }


def reload_shards(
    ex: Any, state: State, max_bytes: int, ties: Ties | None = None
) -> list[Any]:
    """Return what comes back, once more when it is changed, and the given state."""
    given = tie(state, ties) if ties else state
    with TemporaryDirectory() as folder:
        one, two = Path(folder, "one"), Path(folder, "two")
        one.mkdir()
        ex.shard(given, one, max_bytes)
        one.rename(two)
        loaded = ex.load_sharded(str(two))
    before = exactly(loaded)
    for name in set((ties or {}).values()):
        loaded[name].add_(1)
    return [before, exactly(loaded), exactly(given)]


def load_shards(
    ex: Any, index: dict[str, str], files: dict[str, State], lost: str = ""
) -> Any:
    """Return what load_sharded gives, called twice, or what it raises."""
    with TemporaryDirectory() as folder:
        for name, tensors in files.items():
            saved(folder, tensors, name)
        text = json.dumps({"weight_map": index})
        Path(folder, "index.json").write_text(text)
        if not lost:
            ex.load_sharded(folder)
        return outcome(lambda: exactly(ex.load_sharded(folder)), lost)


def sized(*sizes: int, dtype: torch.dtype = torch.float32) -> State:
    return {f"{dtype}.{i}": torch.ones(n, dtype=dtype) for i, n in enumerate(sizes)}


@pytest.mark.weight(3)
def test_shards_are_filled_one_after_the_other(sweep, rng):
    state = sized(*(rng.randrange(1, 12) for _ in range(12)))
    max_bytes = 4 * rng.randrange(14, 24)
    wide, narrow = sized(8, 8, dtype=torch.float64), sized(8, 8, 8, dtype=torch.half)
    hard = {
        "for a small tensor behind large ones": (
            (sized(3, 3, 1, 2), 16),
            "a new tensor goes into the last shard, or into a new one",
        ),
        "for a tensor that is larger than a shard": (
            (sized(2, 9, 2, 2, 2), 16),
            "a tensor that takes more than max_bytes has a shard of its own",
        ),
        "for tensors of several dtypes": (
            ({**wide, **narrow}, 64),
            "a size is in bytes: tensor.nbytes",
        ),
        "for tensors that fill it to the last byte": (
            (sized(2, 2, 3, 1, 4, 5, 1), 16),
            "at most max_bytes, not less",
        ),
        "for a view": (
            ({"row": torch.randn(4000, 3)[1]}, 40),
            "a view takes the whole tensor along: clone() it",
        ),
    }

    sweep.cases(
        write_shards,
        {
            "": (state, max_bytes),
            **{when: args for when, (args, _) in hard.items()},
            "where each tensor is too large": (state, 3),
            "where all fit": (state, 1 << 20),
            "for odd tensors": (odd_tensors(rng), 64),
            "for empty tensors": ({"a": torch.empty(0, 2), "b": torch.empty(3, 0)}, 8),
            "for no tensors": ({}, 8),
        },
        reads=judge_shards,
        call=say("shard(state, folder, {max_bytes})", max_bytes=max_bytes),
        fault="shard does not write the shards and the index that it must.",
        because={when: cause for when, (_, cause) in hard.items()},
        slips={
            "each tensor has a shard of its own": (
                lambda got: got["shards"] == [[name] for name in state]
            ),
            "all tensors are in one shard": lambda got: got["shards"] == [list(state)],
            "index.json has one entry, weight_map": (
                lambda got: got["index"][0] != ["weight_map"]
            ),
            "other files in the folder are deleted": (
                lambda got: len(got["old files"]) < 2
            ),
        },
    )


@pytest.mark.weight(2)
def test_tied_entries_are_stored_once(sweep, rng):
    n = rng.randrange(4000, 6000)
    own = draw_name(rng)
    state = {name: torch.randn(n) for name in ("embed", "again", own, "b", "head")}
    ties = {"again": "embed", "head": "embed"}

    sizes = {"": 4 * n, "where all fit": 100 * n, "in two shards": 8 * n}
    slips = {
        "copies of tied tensors are tied no more: save one copy under all names": (
            lambda got: not got["small"] and {"again", "head"} <= {*got["shards"][0]}
        ),
        "tied entries count once, in the shard of the first of them": (
            lambda got: got["small"]
        ),
    }
    sweep.cases(
        write_shards,
        {when: (state, size, ties) for when, size in sizes.items()},
        reads=judge_shards,
        call="shard(state with three names for one tensor, folder, max_bytes)",
        fault="Tied entries do not count once, in the shard of the first of them.",
        because=dict.fromkeys(sizes, slips),
    )


@pytest.mark.weight(2)
def test_sharded_state_comes_back(sweep, rng):
    state = odd_tensors(rng)
    turned = {"b": state["turned"], "a": state["b.weight"], "": state["count"]}
    net = nn.Linear(3, 2).state_dict(keep_vars=True) | {"row": torch.randn(3, 4)[1]}
    n = rng.randrange(20, 40)
    tied = {name: torch.randn(n) for name in ("embed", "a", "b", "head")}
    ties = {"head": "embed"}

    cases: dict[str, Any] = {
        "": (state, 64),
        "in one shard": (state, 1 << 20),
        "in a shard for each": (state, 1),
        "for names out of order": (turned, 16),
        "for parameters and a view": (net, 40),
        "for an empty state": ({}, 8),
        "for tied entries": (tied, 4 * n, ties),
        "for tied entries in one shard": (tied, 40 * n, ties),
    }
    sweep.cases(
        reload_shards,
        cases,
        call="shard(state, folder, max_bytes); rename the folder; load_sharded",
        because={
            when: {
                "the names are in the order of the index": (
                    lambda got, args=args: [*got[0][0]] != [*args[0]]
                ),
                "tied entries do not share their memory: load each shard once": (
                    lambda got: torch.equal(got[0][1]["head"], got[1][1]["head"])
                ),
            }
            for when, args in cases.items()
        },
    )


@pytest.mark.weight(2)
def test_load_sharded_goes_by_the_index(sweep, rng):
    state = some_state(["b", "a", "c", "d"])
    one, two = (f"part-{i}.bin" for i in rng.sample(range(100), 2))
    index = {"b": one, "a": two, "c": one, "d": two}
    files = {
        file: {name: state[name] for name in "dcba" if index[name] == file}
        for file in (one, two)
    }
    old = {"a": torch.zeros(2), "old": torch.zeros(2)}
    more = {file: {**held, "more": torch.ones(1)} for file, held in files.items()}
    lost = {**index, "lost.bias": two}
    sweep.symbol = "load_sharded"

    cases: dict[str, Any] = {
        "": (index, files),
        "beside older shards": (index, {"0.pt": old, **files, "shard-99.pt": old}),
        "for a shard that holds more": (index, more),
        "for a file that is no shard": (index, {**files, "notes.txt": b"no tensors"}),
        "for a shard that lacks a tensor": (lost, files, "lost.bias"),
        "for a shard that is missing": (index, {one: files[one]}, two),
    }
    sweep.cases(
        load_shards,
        cases,
        call="load_sharded(folder)",
        because={
            when: {
                "what is missing is passed over in silence": (
                    lambda got, args=args: len(args) > 2 and type(got) is list
                ),
                "a shard may lack a name: look before you take it": (
                    lambda got: got.startswith("KeyError")
                ),
                "files that the index does not name are old: do not list the folder": (
                    lambda got: "old" in got[0]
                ),
                "the names are in the order of the index": (
                    lambda got: sorted(got[0]) == sorted(index) != list(got[0])
                ),
            }
            for when, args in cases.items()
        },
    )
