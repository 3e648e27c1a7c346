"""center takes the mean of each row away, and leaves its input alone."""

from typing import Any

import pytest
import torch
from torch import Tensor

from grader.observe import expect_close, expect_equal, say
from grader.observe.columns import TENSORS
from grader.sandbox.trials import Function

pytestmark = pytest.mark.exercise("first_steps.center")


def apply_center(ex: Any, x: Tensor) -> Tensor:
    return ex.center(x)


def test_center_takes_the_mean_of_each_row_away(observe, rng):
    x = torch.randn(rng.randint(2, 5), rng.randint(3, 9)) + rng.randint(2, 5)

    y = observe(apply_center, x, call=say("center(x) with x {x}", x=x))

    expect_close(
        y,
        x - x.mean(dim=-1, keepdim=True),
        "center does not take the mean of each row away.",
        slips={
            "the mean of all entries is taken away": x - x.mean(),
            "the mean of each column is taken away": x - x.mean(dim=0),
            "the mean is added": x + x.mean(dim=-1, keepdim=True),
        },
    )


def test_center_keeps_the_distances_within_a_row(observe, rng):
    x = torch.randn(rng.randint(2, 5), rng.randint(3, 9)) + rng.randint(2, 5)

    y = observe(apply_center, x, call=say("center(x) with x {x}", x=x))

    expect_equal(list(y.shape), list(x.shape), "center changes the shape.")
    expect_close(y.mean(dim=-1), torch.zeros(len(x)), "A row has another mean than 0.")
    expect_close(y.diff(), x.diff(), "center changes the distances within a row.")


def test_center_in_all_cases(sweep, rng):
    n = rng.randint(3, 9)

    sweep(
        Function("center"),
        inputs=lambda *lead: (torch.randn(*lead, n),),
        columns=TENSORS,
        call="center(x)",
    )
