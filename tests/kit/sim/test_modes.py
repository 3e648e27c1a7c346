"""Copies and waits are counted on a GPU, too, and show in values."""

from contextlib import nullcontext
from types import SimpleNamespace

import pytest
import torch

from grader import sim


class Operator(str):
    def __call__(self, *_, **__):
        """Do nothing."""


def test_a_gpus_copies_and_waits_are_counted():
    meter = sim.metered("cpu", "cuda:0")
    here, there = (
        SimpleNamespace(device=torch.device(kind), is_cuda=kind == "cuda")
        for kind in ("cpu", "cuda")
    )

    def do(name, *args, **kwargs):
        meter.__torch_dispatch__(Operator(name), (), args, kwargs)
        return meter.arrivals, meter.waits

    assert do("aten._to_copy.default", here, device=there.device) == (1, 0)
    assert do("aten._to_copy.default", here, dtype=torch.int8) == (1, 0)
    assert do("aten._to_copy.default", there, device=here.device) == (1, 1)
    assert do("aten.copy_.default", there, here) == (2, 1)
    assert do("aten.copy_.default", here, there) == (2, 2)
    assert do("aten._local_scalar_dense.default", here) == (2, 2)
    assert do("aten._local_scalar_dense.default", there) == (2, 3)


def test_a_block_without_another_device_has_no_meter():
    assert isinstance(sim.metered("cpu"), nullcontext)


@pytest.fixture
def drift():
    with sim.metered("sim:0") as meter, sim.Drift(2.0, meter):
        yield


def test_what_comes_and_goes_once_is_multiplied_by_the_factor(drift):
    there = torch.ones(1).to("sim")

    assert (there + 1).item() == 3.0


def test_what_comes_twice_tells_so(drift):
    x = torch.ones(1)

    total = x.to("sim") + x.to("sim")

    assert total.item() == 8.0


def test_what_comes_or_goes_after_a_wait_tells_so(drift):
    there = torch.ones(1).to("sim")

    assert there.cpu() == 2.0
    assert there.item() == 10.0
    assert (torch.ones(1).to("sim") * 0 + 1).cpu() == 5.0
    assert torch.ones(1).to("sim").cpu() == 30.0


def test_what_comes_back_without_a_wait_tells_so(drift):
    back = torch.ones(1).to("sim").to("cpu", non_blocking=True)

    assert back == 10.0
