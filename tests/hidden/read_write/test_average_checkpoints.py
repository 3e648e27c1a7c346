"""average_checkpoints takes the mean in float64, and refuses files that differ."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import torch

from grader.observe import expect_close, expect_equal, expect_error, say
from read_write_helpers import DISTINCT, State, form

pytestmark = pytest.mark.exercise("read_write.average_checkpoints")


def average(ex: Any, states: list[State]) -> State:
    with TemporaryDirectory() as folder:
        paths = [Path(folder, f"{i}.pt") for i in range(len(states))]
        for path, state in zip(paths, states, strict=True):
            torch.save(state, path)
        return ex.average_checkpoints(paths)


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_average_is_the_mean_of_floating_tensors(observe, rng, count):
    shape = rng.sample(DISTINCT, 2)
    dtypes = [torch.float32, torch.float64, torch.float16, torch.bfloat16]
    states = [
        {str(dtype): torch.randn(shape).to(dtype) for dtype in dtypes}
        for _ in range(count)
    ]

    mean = observe(
        average, states, call=say("average_checkpoints({count} paths)", count=count)
    )

    columns = {name: [state[name].double() for state in states] for name in states[0]}
    expected = {
        name: torch.stack(column).mean(0).to(states[0][name].dtype)
        for name, column in columns.items()
    }
    fault = "average_checkpoints does not give the mean, in the files' own dtypes."
    expect_equal(form(mean), form(expected), fault)
    for name, column in columns.items():
        halves = column[0]
        for value in column[1:]:
            halves = (halves + value) / 2
        expect_close(
            mean[name],
            expected[name],
            fault,
            slips={
                "halving pair by pair weighs the last file most": (
                    halves.to(expected[name].dtype)
                ),
                "the sum is not divided": sum(column).to(expected[name].dtype),
            }
            if count > 2
            else None,
        )


@pytest.mark.weight(2)
@pytest.mark.parametrize("dtype", [torch.float16, torch.float32], ids=str)
def test_average_is_taken_in_float64(observe, rng, dtype):
    n = rng.choice(DISTINCT)
    if dtype is torch.float16:
        values, expected = [60000.0, 50000.0, 40000.0], 50000.0
    else:
        values, expected = [3e8, 3.0, -3e8], 1.0
    states = [{"weight": torch.full((n,), value, dtype=dtype)} for value in values]

    mean = observe(
        average,
        states,
        call=say(
            "average_checkpoints of {values} in {form}", values=values, form=form(dtype)
        ),
    )

    expected_mean = {"weight": torch.full((n,), expected, dtype=dtype)}
    fault = "The mean is not taken in float64."
    expect_equal(form(mean), form(expected_mean), fault)
    expect_close(
        mean["weight"],
        expected_mean["weight"],
        fault,
        slips={
            "a sum in float16 overflows": lambda t: t.isinf().any(),
            "a sum in float32 loses the small numbers": lambda t: (t != 1).any(),
        },
    )


def test_what_is_not_floating_comes_from_the_last_file(observe, rng):
    states = [
        {
            "batches": torch.tensor(step),
            "mask": torch.tensor([step > 10, step > 0]),
            "weight": torch.randn(2),
        }
        for step in (5, 20, 20 + rng.randrange(3, 9))
    ]

    mean = observe(average, states, call="average_checkpoints(three paths)")

    expect_equal(
        form(mean), form(states[-1]), "The average has other names, shapes or dtypes."
    )
    numbers = [state["batches"] for state in states]
    expect_equal(
        mean["batches"],
        numbers[-1],
        "An integer tensor does not come from the last file.",
        slips={
            "it comes from the first": numbers[0],
            "it is averaged and cut to an integer": sum(numbers) // 3,
        },
    )
    expect_equal(
        mean["mask"],
        states[-1]["mask"],
        "A bool tensor does not come from the last file.",
    )


def unlike_states(how: str) -> list[State]:
    one, two = ({"a": torch.randn(3), "b": torch.randn(4, 3)} for _ in range(2))
    if how == "a name is missing":
        del two["b"]
    elif how == "a name is new":
        two["c"] = torch.randn(1)
    elif how == "one row":
        two["b"] = two["b"][:1].clone()
    elif how == "another dtype":
        two["a"] = two["a"].double()
    return [] if how == "no paths" else [one, two]


@pytest.mark.weight(2)
@pytest.mark.parametrize(
    "how",
    ["a name is missing", "a name is new", "one row", "another dtype", "no paths"],
)
def test_average_refuses_files_that_differ(observe, how):
    raised = observe.error(
        average,
        unlike_states(how),
        call=say("average_checkpoints(paths): {how}", how=how),
    )

    expect_error(
        raised,
        ValueError,
        "average_checkpoints does not refuse files that differ, or none.",
        cause="what differs is left out, stretched or converted in silence",
    )
