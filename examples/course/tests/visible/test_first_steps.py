"""First steps: small cases to check your own work against."""

from typing import Any

import pytest
import torch
from torch import Tensor

from grader.observe import expect_close

exercise = pytest.mark.exercise


def apply_center(ex: Any, x: Tensor) -> Tensor:
    return ex.center(x)


@exercise("first_steps.center")
def test_center_takes_the_mean_of_each_row_away(observe):
    x = torch.tensor([[1.0, 3.0], [2.0, 6.0]])

    y = observe(apply_center, x, call="center([[1., 3.], [2., 6.]])")

    expect_close(
        y,
        torch.tensor([[-1.0, 1.0], [-2.0, 2.0]]),
        "center does not take the mean of each row away.",
        slips={"the mean of all entries is taken away": x - x.mean()},
    )
