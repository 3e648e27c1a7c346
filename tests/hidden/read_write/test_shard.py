"""A state goes into files of limited size and comes back whole, its ties included."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import torch
from torch import nn

from grader.observe import expect_equal, expect_error, expect_true, say
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
    ex: Any, state: State, ties: dict[str, str], max_bytes: int
) -> tuple[str, dict[str, Any], int]:
    """Return the index, the files' contents, and the bytes of all files."""
    with TemporaryDirectory() as folder:
        ex.shard(tie(state, ties), folder, max_bytes)
        files = [f for f in Path(folder).iterdir() if f.name != "index.json"]
        index = Path(folder, "index.json")
        text = index.read_text() if index.is_file() else ""
        contents = {f.name: read_plainly(f) for f in files}
        return text, contents, sum(f.stat().st_size for f in files)


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


def read_index(text: str) -> dict[str, str] | None:
    """Return the index's map, or None if it is something else."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    match found:
        case {"weight_map": dict(names)} if all(
            isinstance(file, str) for file in names.values()
        ):
            return names
    return None


def groups_of(files: dict[str, str]) -> list[list[str]]:
    """Return the names of each shard, in order of appearance."""
    groups: dict[str, list[str]] = {}
    for name, file in files.items():
        groups.setdefault(file, []).append(name)
    return list(groups.values())


def expected_groups(
    state: State, ties: dict[str, str], max_bytes: int
) -> list[list[str]]:
    groups: list[list[str]] = []
    room = 0
    for name, tensor in state.items():
        if name in ties:
            next(g for g in groups if ties[name] in g).append(name)
            continue
        if not groups or tensor.nbytes > room:
            groups.append([])
            room = max_bytes
        room -= tensor.nbytes
        groups[-1].append(name)
    return groups


def expect_shards(
    text: str,
    contents: dict[str, Any],
    state: State,
    ties: dict[str, str],
    max_bytes: int,
) -> None:
    files = read_index(text)
    expect_true(
        files is not None,
        "index.json is not an object with a weight_map.",
        expected='{"weight_map": {name: file, …}}',
        got=text or "no such file",
    )
    expect_equal(
        list(files), list(state), "The index does not name the tensors in their order."
    )
    tied = tie(state, ties)
    expect_equal(
        groups_of(files),
        expected_groups(tied, ties, max_bytes),
        say(
            "The tensors are not in the shards that {max_bytes} bytes give.",
            max_bytes=max_bytes,
        ),
        slips={
            "tied entries count once, in the shard of the first": (
                expected_groups(tied, {}, max_bytes)
            )
            if ties
            else [],
            "each tensor has a shard of its own": [[name] for name in state],
            "all tensors are in one shard": [list(state)],
        },
    )
    expect_equal(
        sorted(contents), sorted(set(files.values())), "The index names other files."
    )
    for file, group in zip(
        dict.fromkeys(files.values()), groups_of(files), strict=True
    ):
        held = contents[file]
        expect_true(
            isinstance(held, dict),
            "torch.load(file, weights_only=True) does not read a shard.",
            expected="a dict of tensors",
            got=held if isinstance(held, str) else "something else",
        )
        expect_equal(
            sorted(map(str, held)), sorted(group), "A shard holds other names."
        )
        for name in group:
            expect_same(
                held[name], tied[name], say("A shard does not hold {name}.", name=name)
            )


@pytest.mark.weight(2)
@pytest.mark.parametrize("oversized", [False, True], ids=["all_fit", "one_is_larger"])
def test_shards_are_filled_one_after_the_other(observe, rng, oversized):
    sizes = [rng.randrange(1, 12) for _ in range(12)]
    if oversized:
        sizes[rng.randrange(2, 10)] = 40
    max_bytes = 4 * rng.randrange(14, 24)
    state = {f"layer.{i}": torch.randn(n) for i, n in enumerate(sizes)}

    text, contents, _ = observe(
        write_shards,
        state,
        {},
        max_bytes,
        call=say("shard(state, folder, {max_bytes})", max_bytes=max_bytes),
    )

    expect_shards(text, contents, state, {}, max_bytes)


def test_sizes_of_shards_are_bytes(observe, rng):
    dtypes = [torch.float64, torch.float16, torch.uint8, torch.float32, torch.bfloat16]
    state = {
        str(i): torch.ones(rng.randrange(2, 9), 2).to(dtype)
        for i, dtype in enumerate(rng.sample(dtypes * 3, 15))
    }
    max_bytes = 8 * rng.randrange(16, 24)

    text, contents, _ = observe(
        write_shards,
        state,
        {},
        max_bytes,
        call=say(
            "shard(tensors of several dtypes, folder, {max_bytes})", max_bytes=max_bytes
        ),
    )

    expect_shards(text, contents, state, {}, max_bytes)


@pytest.mark.weight(2)
def test_tied_entries_are_stored_once(observe, rng):
    n = rng.randrange(4000, 6000)
    sizes = {"embed": n, "again": n, "a": n // 2, "b": n, "head": n, "c": 5}
    state = {name: torch.randn(size) for name, size in sizes.items()}
    ties = {"again": "embed", "head": "embed"}
    max_bytes = 4 * (n + n // 2)

    text, contents, size = observe(
        write_shards,
        state,
        ties,
        max_bytes,
        call=say(
            "shard(state with three names for one tensor, folder, {max_bytes})",
            max_bytes=max_bytes,
        ),
    )

    expect_shards(text, contents, state, ties, max_bytes)
    own = sum(t.nbytes for name, t in state.items() if name not in ties)
    expect_true(
        size <= own + 3 * n,
        "Tied entries are stored more than once.",
        expected=say("about {own} bytes in all", own=own),
        got=say("{size} bytes", size=size),
        cause="copies of tied tensors are tied no more: save one copy under all names",
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
