"""try_gpu, num_gpus and try_all_gpus name the devices that torch says are there."""

from typing import Any

import pytest
import torch

from grader.observe import expect_equal, expect_error, expect_true, say
from use_gpu_helpers import changed, some_gpus

pytestmark = pytest.mark.exercise("use_gpu.try_gpu")


def name_device(device: Any) -> str:
    """Return a device's name, the CPU without an index, or what it is instead."""
    if not isinstance(device, torch.device):
        return f"no torch.device but a {type(device).__name__}: {device}"
    return "cpu" if device.type == "cpu" else str(device)


def ask_for_gpu(ex: Any, count: int, i: int) -> str:
    with changed(ex, some_gpus(count)):
        return name_device(ex.try_gpu(i))


def ask_for_gpu_by_default(ex: Any, count: int) -> str:
    with changed(ex, some_gpus(count)):
        return name_device(ex.try_gpu())


def ask_for_all(ex: Any, count: int) -> tuple[bool, list[str]]:
    with changed(ex, some_gpus(count)):
        devices = ex.try_all_gpus()
        return isinstance(devices, list), [name_device(d) for d in devices]


def ask_for_number(ex: Any, count: int) -> int:
    with changed(ex, some_gpus(count)):
        return ex.num_gpus()


def gpus(count: int) -> str:
    return {0: "without GPUs", 1: "with one GPU"}.get(count, f"with {count} GPUs")


DEVICE_SLIPS = {
    "torch.device('cuda', i) makes a device; a text is none": (
        lambda name: name.startswith("no torch.device but a str")
    ),
    "a device without an index is whichever is current: write cuda:0": "cuda",
}


@pytest.mark.parametrize("count", [1, 3])
def test_try_gpu_names_the_gpu_asked_for(observe, rng, count):
    i = rng.randrange(1, count) if count > 1 else 0

    name = observe(
        ask_for_gpu,
        count,
        i,
        call=say("try_gpu({i}) {gpus}", i=i, gpus=gpus(count)),
        causes={
            r"device string|device type|Invalid device": (
                "torch's word for a GPU is 'cuda': torch.device('cuda', i)"
            )
        },
    )
    first = observe(
        ask_for_gpu_by_default, count, call=say("try_gpu() {gpus}", gpus=gpus(count))
    )

    fault = "try_gpu does not return the GPU that is asked for."
    slips = {
        **DEVICE_SLIPS,
        "GPUs count from 0: GPU i is there when i < num_gpus()": "cpu",
        "the number asked for does not count": "cuda:0",
    }
    expect_equal(name, f"cuda:{i}", fault, slips=slips)
    expect_equal(first, "cuda:0", fault, slips=slips)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_try_gpu_falls_back_to_the_cpu(observe, rng, count):
    beyond = count + rng.choice([1, 5])

    next_one = observe(
        ask_for_gpu,
        count,
        count,
        call=say("try_gpu({count}) {gpus}", count=count, gpus=gpus(count)),
    )
    far = observe(
        ask_for_gpu,
        count,
        beyond,
        call=say("try_gpu({beyond}) {gpus}", beyond=beyond, gpus=gpus(count)),
    )

    fault = "try_gpu does not fall back to the CPU when there is no such GPU."
    named = "a GPU that is not there was named: compare i with num_gpus()"
    slips = {named: lambda name: name.startswith("cuda")}
    expect_equal(far, "cpu", fault, slips=slips)
    last = "GPUs count from 0: the last one is num_gpus() - 1"
    expect_equal(next_one, "cpu", fault, slips={last: f"cuda:{count}"})


@pytest.mark.parametrize("count", [0, 2])
def test_try_gpu_refuses_a_negative_number(observe, rng, count):
    i = -rng.choice([1, 2, 3])

    raised = observe.error(
        ask_for_gpu, count, i, call=say("try_gpu({i}) {gpus}", i=i, gpus=gpus(count))
    )

    expect_error(
        raised,
        ValueError,
        "try_gpu takes a negative number.",
        cause="a negative i is smaller than every count: check it on its own",
    )


@pytest.mark.parametrize("count", [0, 1, 3])
def test_num_gpus_counts_all(observe, count):
    number = observe(
        ask_for_number, count, call=say("num_gpus() {gpus}", gpus=gpus(count))
    )

    expect_equal(
        number,
        count,
        "num_gpus does not give the number of GPUs.",
        slips={"is_available says whether there is one, not how many there are": 1},
    )


@pytest.mark.parametrize("count", [0, 1, 3])
def test_try_all_gpus_is_never_empty(observe, count):
    is_list, names = observe(
        ask_for_all, count, call=say("try_all_gpus() {gpus}", gpus=gpus(count))
    )

    expect_true(
        is_list,
        "try_all_gpus does not return a list.",
        expected="a list",
        got="something else",
    )
    expect_equal(
        names,
        [f"cuda:{i}" for i in range(count)] or ["cpu"],
        "try_all_gpus does not list all GPUs, or the CPU if there is none.",
        slips={
            "without a GPU the list is empty: fall back to [torch.device('cpu')]": [],
            "the CPU is listed only if there is no GPU": (
                lambda names: len(names) > 1 and "cpu" in names
            ),
            "the last GPU is num_gpus() - 1": (
                lambda names: len(names) in (count - 1, count + 1)
            ),
            "a device without an index is whichever is current: write cuda:0": (
                lambda names: "cuda" in names
            ),
        },
    )


def put_on_every_device(ex: Any) -> tuple[int, list[str], str]:
    devices = [torch.ones(1, device=d).device for d in ex.try_all_gpus()]
    return ex.num_gpus(), list(map(str, devices)), str(ex.try_gpu(0))


@pytest.mark.cuda
def test_the_gpus_found_hold_tensors(observe):
    count, names, first = observe(
        put_on_every_device, call="a tensor on each of try_all_gpus()"
    )

    fault = "The devices found are not the GPUs of this machine."
    expect_true(
        count > 0, fault, expected="one GPU or more", got=say("{count}", count=count)
    )
    expect_equal(names, [f"cuda:{i}" for i in range(len(names))], fault)
    expect_equal(len(names), count, "num_gpus and try_all_gpus do not agree.")
    expect_equal(first, "cuda:0", fault)
