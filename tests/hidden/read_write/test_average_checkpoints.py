"""average_checkpoints takes the mean in float64, and refuses files that differ."""

from tempfile import TemporaryDirectory
from typing import Any

import pytest
import torch

from grader.words import as_text, say
from read_write_helpers import State, copied, packed, saved

pytestmark = pytest.mark.exercise("read_write.average_checkpoints")

FLOATING = [torch.float32, torch.float64, torch.float16, torch.bfloat16]


def average(ex: Any, files: list[bytes], *orders: tuple[int, ...]) -> Any:
    """Return the mean of files, or that of some, and of others at the same paths."""
    with TemporaryDirectory() as folder:
        paths = [saved(folder, data, f"{i}.pt") for i, data in enumerate(files)]
        found = []
        for order in orders:
            found.append(copied(ex.average_checkpoints([str(paths[i]) for i in order])))
            paths[0].write_bytes(files[-1])
        return found or copied(ex.average_checkpoints(tuple(paths)))


def a_state(step: int) -> State:
    """Return tensors of each dtype that is averaged, and of some that are not."""
    return {
        **{f"{dtype}": torch.randn(2, 3).to(dtype) for dtype in FLOATING},
        "none": torch.empty(0, 2),
        "one": torch.randn(()),
        "batches": torch.tensor(step),
        "seen": torch.tensor((1 << 60) + step),
        "mask": torch.tensor([step > 10, step > 0]),
        "bytes": torch.full((2,), step, dtype=torch.uint8),
    }


@pytest.mark.weight(5)
def test_average_is_the_mean_of_floating_tensors(sweep, rng):
    last = 20 + rng.randrange(3, 9)
    states = [a_state(step) for step in (5, 20, last, 7, 3)]
    turned = [dict(reversed(s.items())) if i % 2 else s for i, s in enumerate(states)]
    one, two = ({"b": torch.randn(3), "a": torch.randn(3)} for _ in range(2))
    files, wide = list(map(packed, states)), "torch.float64"
    a, b, c = (s[wide] for s in states[:3])
    twice, places = "where a path comes twice", "where names change places"
    masks, again = "for infinite entries and NaN", "when another file is at a path"
    half, large = "for large numbers in float16", "for large and small numbers"
    masked = torch.tensor([-torch.inf, torch.inf, torch.inf, torch.nan, 0.5])

    def filled(dtype: torch.dtype, *values: float) -> list[State]:
        return [{"w": torch.full((3,), value, dtype=dtype)} for value in values]

    cases = {
        places: [one, dict(reversed(two.items()))],
        "where the files have the names in another order": turned[:3],
        "for empty files": [{}, {}],
        "for parameters": [{"w": torch.nn.Parameter(t["one"])} for t in states[:2]],
        "for transposed tensors": [{"w": t[wide].T} for t in states[:2]],
        masks: [
            {"w": masked},
            {"w": masked.clone()},
            {"w": masked - torch.tensor([0, 0, torch.inf, 0, 1])},
        ],
        half: filled(torch.float16, 60000.0, 50000.0, 40000.0),
        large: filled(torch.float32, 3e8, 3.0, -3e8),
    }

    sweep.cases(
        average,
        {
            "": (files[:3],),
            "for one path": (files[:1],),
            "for five paths": (files,),
            twice: (files, (0, 0, 3)),
            again: (files[:4], (0, 1), (0, 1)),
            **{when: ([*map(packed, several)],) for when, several in cases.items()},
        },
        call="average_checkpoints(paths)",
        fault="average_checkpoints does not give the mean, in the files' own dtypes.",
        because={
            places: "tensors go by their names, not by position",
            twice: "a path that comes twice counts twice",
            masks: "a mean that is moved by a difference meets inf - inf, NaN",
            again: "the files are read at each call",
            half: "a sum in float16 overflows",
            large: "a sum in float32 loses the small numbers",
        },
        slips={
            "what is no floating tensor comes from the last file; here it comes from "
            "the first": lambda got: got["batches"] == 5,
            "what is no floating tensor comes from the last file; here it is averaged "
            "and cut to an integer": lambda got: got["batches"] == (25 + last) // 3,
            "halving pair by pair weighs the last file most": (
                lambda got: torch.equal(got[wide], ((a + b) / 2 + c) / 2)
            ),
            "the sum is not divided": lambda got: torch.allclose(got[wide], a + b + c),
            "float64 tensors lose digits on the way": (
                lambda got: torch.allclose(got[wide], (a + b + c) / 3, atol=1e-5)
            ),
        },
    )


@pytest.mark.weight(2)
def test_average_refuses_files_that_differ(sweep):
    one, two = (
        {"a": torch.randn(3), "b": torch.randn(4, 3), "n": torch.tensor(i)}
        for i in (1, 2)
    )
    rest = {"a": two["a"], "n": two["n"]}
    unlike = {
        "where a name is missing": rest,
        "where a name is new": {**two, "c": torch.randn(1)},
        "where a name is another": {**rest, "c": two["b"]},
        "where a tensor has one row": {**two, "b": two["b"][:1].clone()},
        "where a tensor is transposed": {**two, "b": two["b"].T.clone()},
        "where a tensor has an axis more": {**two, "a": two["a"][None].clone()},
        "where a dtype is another": {**two, "a": two["a"].double()},
        "where a tensor counts": {**two, "a": torch.ones(3, dtype=torch.int64)},
        "where a counter has another shape": {**two, "n": torch.tensor([2])},
        "where a counter has another dtype": {**two, "n": two["n"].int()},
        "where a file is empty": {},
    }
    first, second = packed(one), packed(two)
    cases = {}
    for when, state in unlike.items():
        bad = packed(state)
        cases[say("{when}, in the last file", when=as_text(when))] = ([first, bad],)
        cases[say("{when}, in the first", when=as_text(when))] = ([bad, second],)
    cases["where the file in the middle is another"] = ([first, bad, second],)

    sweep.cases(
        average,
        {"": ([first, second],), "for no paths": ([],), **cases},
        call="average_checkpoints(paths)",
        raises=(ValueError,),
        because=dict.fromkeys(
            cases, "what differs is left out, stretched or converted in silence"
        )
        | {"for no paths": "there is no mean of nothing"},
    )
