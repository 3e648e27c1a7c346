"""average_checkpoints takes the mean in float64, and refuses files that differ."""

from tempfile import TemporaryDirectory
from typing import Any

import pytest
import torch

from read_write_helpers import DISTINCT, State, exactly, saved

pytestmark = pytest.mark.exercise("read_write.average_checkpoints")

FLOATING = [torch.float32, torch.float64, torch.float16, torch.bfloat16]


def average(ex: Any, states: list[State], order: list[int] | None = None) -> list[Any]:
    with TemporaryDirectory() as folder:
        paths = [saved(folder, state, f"{i}.pt") for i, state in enumerate(states)]
        mean = ex.average_checkpoints([paths[i] for i in order] if order else paths)
    return exactly(mean)[:2]


@pytest.mark.weight(4)
def test_average_is_the_mean_of_floating_tensors(sweep, rng):
    shape = rng.sample(DISTINCT, 2)
    states = [
        {str(dtype): torch.randn(shape).to(dtype) for dtype in FLOATING}
        | {"none": torch.empty(0, 2), "one": torch.randn(())}
        for _ in range(5)
    ]
    turned = [dict(reversed(s.items())) if i % 2 else s for i, s in enumerate(states)]
    one, two = ({"b": torch.randn(3), "a": torch.randn(3)} for _ in range(2))
    a, b, c = (s["torch.float64"] for s in states[:3])
    twice, places = "where a path comes twice", "where names change places"
    half, large = "for large numbers in float16", "for large and small numbers"

    def filled(dtype: torch.dtype, *values: float) -> list[State]:
        return [{"w": torch.full((3,), value, dtype=dtype)} for value in values]

    sweep.cases(
        average,
        {
            "": (states[:3],),
            "for one path": (states[:1],),
            "for two paths": (states[:2],),
            "for five paths": (states,),
            places: ([one, dict(reversed(two.items()))],),
            "where the files have the names in another order": (turned,),
            "for empty files": ([{}, {}],),
            "for parameters": ([{"w": torch.nn.Parameter(t["one"])} for t in states],),
            "for transposed tensors": ([{"w": t["torch.float32"].T} for t in states],),
            twice: (states, [0, 0, 3]),
            half: (filled(torch.float16, 60000.0, 50000.0, 40000.0),),
            large: (filled(torch.float32, 3e8, 3.0, -3e8),),
        },
        call="average_checkpoints(paths)",
        fault="average_checkpoints does not give the mean, in the files' own dtypes.",
        because={
            places: "tensors go by their names, not by position",
            twice: "a path that comes twice counts twice",
            half: "a sum in float16 overflows",
            large: "a sum in float32 loses the small numbers",
        },
        slips={
            "halving pair by pair weighs the last file most": (
                lambda got: torch.equal(got[1]["torch.float64"], ((a + b) / 2 + c) / 2)
            ),
            "the sum is not divided": (
                lambda got: torch.allclose(got[1]["torch.float64"], a + b + c)
            ),
            "float64 tensors lose digits on the way": (
                lambda got: torch.allclose(
                    got[1]["torch.float64"], (a + b + c) / 3, atol=1e-5
                )
            ),
        },
    )


def test_what_is_not_floating_comes_from_the_last_file(sweep, rng):
    last = 20 + rng.randrange(3, 9)
    states = [
        {
            "batches": torch.tensor(step),
            "mask": torch.tensor([step > 10, step > 0]),
            "bytes": torch.full((2,), step, dtype=torch.uint8),
            "weight": torch.randn(2),
        }
        for step in (5, 20, last)
    ]

    sweep.cases(
        average,
        {"": (states,), "for two files": (states[1:],), "for one": (states[:1],)},
        call="average_checkpoints(three paths)",
        fault="What is no floating tensor does not come from the last file.",
        slips={
            "it comes from the first": lambda got: got[1]["batches"] == 5,
            "it is averaged and cut to an integer": (
                lambda got: got[1]["batches"] == (25 + last) // 3
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
        "where a dtype is another": {**two, "a": two["a"].double()},
        "where a tensor counts": {**two, "a": torch.ones(3, dtype=torch.int64)},
        "where a counter has another shape": {**two, "n": torch.tensor([1, 2])},
        "where a counter has another dtype": {**two, "n": two["n"].int()},
        "where a file is empty": {},
    }
    cases = {
        f"{when}, in the last file": ([one, two, bad],) for when, bad in unlike.items()
    }
    cases |= {f"{when}, in the first": ([bad, two],) for when, bad in unlike.items()}

    sweep.cases(
        average,
        {"": ([one, two],), "for no paths": ([],), **cases},
        call="average_checkpoints(paths)",
        raises=(ValueError,),
        because=dict.fromkeys(
            cases, "what differs is left out, stretched or converted in silence"
        )
        | {"for no paths": "there is no mean of nothing"},
    )
