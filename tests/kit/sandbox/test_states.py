"""Tensors of random bits, and what is changed in containers."""

from collections import OrderedDict

import pytest
import torch

from grader.sandbox.states import any_bits, map_tensors
from grader.sandbox.trials import same


@pytest.mark.parametrize(
    "dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64]
)
def test_random_bits_hold_two_nans_that_differ(dtype):
    one, other = any_bits(dtype, 2, 3).flatten()[:2]

    assert one.isnan()
    assert other.isnan()
    assert not same(one, other)


def test_tensors_are_changed_in_a_state_dict_too():
    state = OrderedDict(a=torch.ones(2))

    assert map_tensors(torch.sum, state)["a"] == 2
