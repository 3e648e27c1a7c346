"""try_gpu, num_gpus and try_all_gpus name the devices that torch says are there."""

from typing import Any

import pytest
import torch

from grader.observe import expect_equal, expect_true, say
from use_gpu_helpers import changed, some_gpus

pytestmark = pytest.mark.exercise("use_gpu.try_gpu")

BARE = "a device without an index is whichever is current: write cuda:0"
BEYOND = "a GPU that is not there was named: compare i with num_gpus()"
LAST = "GPUs count from 0: the last one is num_gpus() - 1"
NEGATIVE = "a negative i is smaller than every count: check it on its own"


def name_device(device: Any) -> str:
    """Return a device's name, the CPU without an index, or what it is instead."""
    if not isinstance(device, torch.device):
        return f"no torch.device but {device!r}"
    return "cpu" if device.type == "cpu" else str(device)


def ask_for_gpu(ex: Any, count: int, *i: int) -> str:
    with changed(ex, some_gpus(count)):
        return name_device(ex.try_gpu(*i))


def ask_for_all(ex: Any, count: int) -> tuple[str, list[str]]:
    with changed(ex, some_gpus(count)):
        devices = ex.try_all_gpus()
    return type(devices).__name__, [name_device(d) for d in devices]


def ask_for_number(ex: Any, count: int) -> int:
    with changed(ex, some_gpus(count)):
        return ex.num_gpus()


def test_try_gpu_names_the_gpu_asked_for(sweep):
    sweep.cases(
        ask_for_gpu,
        {
            "with three GPUs": (3, 2),
            "for the first of three": (3, 0),
            "for the second of three": (3, 1),
            "without a number": (3,),
            "with one GPU": (1, 0),
        },
        call="try_gpu(2) with three GPUs, and other numbers",
        fault="try_gpu does not return the GPU that is asked for.",
        slips={
            "torch.device('cuda', i) makes a device; a text is none": (
                lambda name: name.startswith("no torch.device")
            ),
            BARE: "cuda",
            "GPUs count from 0: GPU i is there when i < num_gpus()": "cpu",
            "the number asked for does not count": "cuda:0",
        },
        causes={
            r"device string|device type|Invalid device": (
                "torch's word for a GPU is 'cuda': torch.device('cuda', i)"
            )
        },
    )


def test_try_gpu_falls_back_to_the_cpu(sweep):
    sweep.cases(
        ask_for_gpu,
        {
            "when the GPU is there": (3, 2),
            "for a number far beyond the last": (1, 6),
            "for a number beyond the last of three": (3, 7),
            "when the number is the count": (1, 1),
            "when the number is the count, three": (3, 3),
            "without GPUs": (0, 0),
            "without GPUs, for another number": (0, 2),
            "without GPUs and number": (0,),
        },
        call="try_gpu(i) when there is no GPU of this number",
        because={
            "for a number far beyond the last": BEYOND,
            "when the number is the count": LAST,
            "without GPUs": BEYOND,
        },
    )


def test_try_gpu_refuses_a_negative_number(sweep):
    sweep.cases(
        ask_for_gpu,
        {
            "when the GPU is there": (2, 1),
            "for -1": (2, -1),
            "for -2": (2, -2),
            "for -3, of two GPUs": (2, -3),
            "for -1 without GPUs": (0, -1),
            "for -3 without GPUs": (0, -3),
        },
        call="try_gpu(-1)",
        because=dict.fromkeys(("for -1", "for -3", "for -1 without GPUs"), NEGATIVE),
        raises=(ValueError,),
    )


def test_num_gpus_counts_all(sweep):
    sweep.cases(
        ask_for_number,
        {
            "with three GPUs": (3,),
            "with one GPU": (1,),
            "without GPUs": (0,),
            "with seven GPUs": (7,),
        },
        call="num_gpus() with three GPUs, and other numbers",
        fault="num_gpus does not give the number of GPUs.",
        slips={"is_available says whether there is one, not how many there are": 1},
    )


@pytest.mark.parametrize("count", [0, 1, 3])
def test_try_all_gpus_is_never_empty(observe, count):
    kind, names = observe(
        ask_for_all, count, call=say("try_all_gpus() with {count} GPUs", count=count)
    )

    fault = "try_all_gpus does not list all GPUs, or the CPU if there is none."
    expect_equal(
        names,
        [f"cuda:{i}" for i in range(count)] or ["cpu"],
        fault,
        slips={
            "without a GPU the list is empty: fall back to [torch.device('cpu')]": [],
            BARE: lambda names: "cuda" in names,
            "the CPU is listed only if there is no GPU": (
                lambda names: names[-1:] == ["cpu"] and "cuda:0" in names
            ),
            LAST: lambda names: len(names) in (count - 1, count + 1),
        },
    )
    expect_equal(kind, "list", "try_all_gpus does not return a list.")


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
    expect_equal(names, [f"cuda:{i}" for i in range(count)], fault)
    expect_equal(first, "cuda:0", fault)
