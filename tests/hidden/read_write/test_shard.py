"""A state goes into files of limited size and comes back whole, its ties included."""

import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import torch
from torch import nn

from grader.observe import expect_error, expect_true, say
from read_write_helpers import (
    State,
    bits,
    exactly,
    expect_same,
    form,
    odd_tensors,
    read_plainly,
    saved,
    some_state,
)

pytestmark = pytest.mark.exercise("read_write.shard")


def tie(state: State, ties: dict[str, str]) -> State:
    """Return the state with some names for the memory of others."""
    return {name: state[ties.get(name, name)].detach() for name in state}


def write_shards(
    ex: Any, state: State, max_bytes: int, ties: dict[str, str] | None = None
) -> dict[str, Any]:
    """Return the names of each shard, what the shards hold, and what is not right."""
    with TemporaryDirectory() as folder:
        ex.shard(tie(state, ties or {}), folder, max_bytes)
        index = json.loads(Path(folder, "index.json").read_text())
        files = index["weight_map"]
        groups: dict[str, list[str]] = {}
        for name, file in files.items():
            groups.setdefault(file, []).append(name)
        held = [read_plainly(Path(folder, file)) for file in groups]
        size = sum(Path(folder, file).stat().st_size for file in groups)
        others = set(os.listdir(folder)) - {*groups, "index.json"}
    own = sum(t.nbytes for name, t in state.items() if name not in (ties or {}))
    return {
        "shards": list(groups.values()),
        "index": [list(index), list(files)],
        "held": [exactly(dict(sorted(h.items()))) for h in held],
        "other files": len(others),
        "small": size <= own + 2000 * (len(groups) + len(state)),
    }


def reload_shards(
    ex: Any, state: State, max_bytes: int, with_parameters: bool = False
) -> list[Any]:
    """Return the state that comes back, and what became of the given one."""
    if with_parameters:
        net = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))
        state = {**net.state_dict(keep_vars=True), "row": torch.randn(3, 4)[1]}
    with TemporaryDirectory() as folder:
        one, two = Path(folder, "one"), Path(folder, "two")
        one.mkdir()
        ex.shard(state, one, max_bytes)
        one.rename(two)
        return [*exactly(ex.load_sharded(str(two))), *exactly(state)]


def change_tied(
    ex: Any, state: State, ties: dict[str, str], max_bytes: int
) -> tuple[State, State]:
    """Return what load_sharded gives, before and after a change of the first names."""
    with TemporaryDirectory() as folder:
        ex.shard(tie(state, ties), folder, max_bytes)
        loaded = ex.load_sharded(folder)
    before = {name: tensor.clone() for name, tensor in loaded.items()}
    for name in set(ties.values()):
        loaded[name].add_(1)
    return before, loaded


def load_shards(ex: Any, index: dict[str, str], files: dict[str, State]) -> list[Any]:
    """Return names, forms and values that load_sharded gives, called twice."""
    with TemporaryDirectory() as folder:
        for name, tensors in files.items():
            saved(folder, tensors, name)
        text = json.dumps({"weight_map": index})
        Path(folder, "index.json").write_text(text)
        ex.load_sharded(folder)
        return exactly(ex.load_sharded(folder))


@pytest.mark.weight(3)
@pytest.mark.parametrize("oversized", [False, True], ids=["all_fit", "one_is_larger"])
def test_shards_are_filled_one_after_the_other(sweep, rng, oversized):
    sizes = [rng.randrange(1, 12) for _ in range(12)]
    if oversized:
        sizes[rng.randrange(2, 10)] = 40
    state = {f"layer.{i}": torch.randn(n) for i, n in enumerate(sizes)}
    dtypes = [torch.float64, torch.float16, torch.uint8, torch.float32, torch.bfloat16]
    mixed = {str(i): torch.ones(4, 2).to(dtype) for i, dtype in enumerate(dtypes * 3)}
    exact = {str(i): torch.randn(n) for i, n in enumerate([2, 2, 3, 1, 4, 5, 1])}
    max_bytes = 4 * rng.randrange(14, 24)

    sweep.cases(
        write_shards,
        {
            "": (state, max_bytes),
            "for tensors of several dtypes": (mixed, 8 * rng.randrange(16, 24)),
            "for tensors that fill it to the last byte": (exact, 16),
            "where each tensor is too large": (exact, 3),
            "where all fit": (exact, 4 * 18),
            "for odd tensors": (odd_tensors(rng), 64),
            "for no tensors": ({}, 8),
        },
        call=say("shard(state, folder, {max_bytes})", max_bytes=max_bytes),
        fault="The tensors are not in the shards that max_bytes gives.",
        because={
            "for tensors of several dtypes": "a size is in bytes: tensor.nbytes",
            "for tensors that fill it to the last byte": "at most max_bytes, not less",
        },
        slips={
            "each tensor has a shard of its own": (
                lambda got: got["shards"] == [[name] for name in state]
            ),
            "all tensors are in one shard": lambda got: got["shards"] == [list(state)],
        },
    )


@pytest.mark.weight(2)
def test_tied_entries_are_stored_once(sweep, rng):
    n = rng.randrange(4000, 6000)
    sizes = {"embed": n, "again": n, "a": n // 2, "b": n, "head": n, "c": 5}
    state = {name: torch.randn(size) for name, size in sizes.items()}
    ties = {"again": "embed", "head": "embed"}
    max_bytes = 4 * (n + n // 2)

    sweep.cases(
        write_shards,
        {
            "": (state, max_bytes, ties),
            "where all fit": (state, 100 * n, ties),
            "where each has a shard": (state, 4, ties),
        },
        call=say(
            "shard(state with three names for one tensor, folder, {max_bytes})",
            max_bytes=max_bytes,
        ),
        fault="Tied entries do not count once, in the shard of the first of them.",
        slips={
            "copies of tied tensors are tied no more: save one copy under all names": (
                lambda got: not got["small"]
            ),
            "tied entries count once, in the shard of the first": (
                lambda got: not {"embed", "again", "head"} <= set(got["shards"][0])
            ),
        },
    )


@pytest.mark.weight(2)
def test_tied_entries_are_tied_again(observe, rng):
    n = rng.randrange(20, 40)
    state = {name: torch.randn(n) for name in ("embed", "a", "b", "head")}
    ties = {"head": "embed"}

    before, after = observe(
        change_tied,
        state,
        ties,
        4 * n,
        call="shard(…); state = load_sharded(folder); state['embed'].add_(1)",
    )

    tied = tie(state, ties)
    expect_same(before, tied, "load_sharded does not give the state back.")
    changed = {
        name: tensor + 1 if name in ("embed", "head") else tensor
        for name, tensor in tied.items()
    }
    expect_true(
        form(after) == form(changed) and bits(after) == bits(changed),
        "Tied entries do not share their memory after load_sharded.",
        expected="head changes with embed, and nothing else does",
        got="another state",
        cause="they stand in one shard, under two names for one tensor",
    )


def test_sharded_state_comes_back(sweep, rng):
    state = odd_tensors(rng)
    turned = {"b": state["turned"], "a": state["b.weight"], "": state["count"]}

    sweep.cases(
        reload_shards,
        {
            "": (state, 64),
            "in one shard": (state, 1 << 20),
            "in a shard for each": (state, 1),
            "for names out of order": (turned, 16),
            "for an empty state": ({}, 8),
            "for parameters and a view": ({}, 40, True),
            "for a single tensor": ({"a": torch.randn(3)}, 12),
        },
        call="shard(state, folder, 64); rename the folder; load_sharded(folder)",
        fault="load_sharded does not give the state back.",
    )


def small_shards(rng) -> tuple[dict[str, str], dict[str, State]]:
    """Return an index and its files, and one file more."""
    state = some_state(["b", "a", "c", "d"])
    one, two = (f"part-{i}.bin" for i in rng.sample(range(100), 2))
    index = {"b": one, "a": two, "c": one, "d": two}
    files = {
        file: {name: state[name] for name in "dcba" if index[name] == file}
        for file in (one, two)
    }
    return index, files


def test_load_sharded_goes_by_the_index(sweep, rng):
    index, files = small_shards(rng)
    old = {"a": torch.zeros(2), "old": torch.zeros(2)}
    sweep.symbol = "load_sharded"

    sweep.cases(
        load_shards,
        {
            "": (index, {"00.pt": old, **files, "shard-99999.pt": old}),
            "for a shard that holds more": (
                index,
                {file: {**held, "more": torch.ones(1)} for file, held in files.items()},
            ),
            "for an empty index": ({}, files),
        },
        call="load_sharded(a folder with an older shard beside those of the index)",
        fault="load_sharded does not give the tensors that the index names.",
        slips={
            "files that the index does not name are old: do not list the folder": (
                lambda got: "old" in got[0]
            ),
            "the names are in the order of the index": (
                lambda got: sorted(got[0]) == ["a", "b", "c", "d"]
            ),
        },
    )


def test_load_sharded_names_what_is_missing(observe, sweep, rng):
    index, files = small_shards(rng)
    lost = index["a"]
    rest = {file: held for file, held in files.items() if file != lost}

    sweep.cases(load_shards, {"": (index, files)}, call="load_sharded(a whole folder)")
    no_tensor = observe.error(
        load_shards,
        {**index, "lost.bias": lost},
        files,
        call=say("load_sharded(a folder whose {lost} lacks lost.bias)", lost=lost),
    )
    expect_error(
        no_tensor,
        ValueError,
        "load_sharded does not name the tensor that is missing.",
        mentions="lost.bias",
        cause="a missing tensor is passed over in silence",
    )
    no_file = observe.error(
        load_shards,
        index,
        rest,
        call=say("load_sharded(a folder without {lost})", lost=lost),
    )
    expect_error(
        no_file,
        FileNotFoundError,
        "load_sharded does not name the shard that is missing.",
        mentions=lost,
        cause="a missing shard is passed over in silence",
    )
