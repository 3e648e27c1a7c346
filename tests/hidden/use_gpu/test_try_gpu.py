"""try_gpu, num_gpus and try_all_gpus name the devices that torch says are there."""

from typing import Any

import pytest
import torch

from grader.observe import expect_equal, expect_true, say
from use_gpu_helpers import Change, changed, some_gpus

pytestmark = pytest.mark.exercise("use_gpu.try_gpu")

BARE = "a device without an index is whichever is current: write cuda:0"
BEYOND = "a GPU that is not there was named: compare i with num_gpus()"
LAST = "GPUs count from 0: the last one is num_gpus() - 1"
NEGATIVE = "a negative i is smaller than every count: check it on its own"
OTHER = "torch.accelerator counts devices of any kind: torch.cuda counts CUDA's"


def gpus(count: int) -> list[Change]:
    """Make up GPUs; a negative number is one of accelerators that are not CUDA's."""
    return some_gpus(abs(count), "cuda" if count >= 0 else "xpu")


def ask_for_number(ex: Any, count: int) -> int:
    with changed(ex, gpus(count)):
        return ex.num_gpus()


def ask_for_gpu(ex: Any, count: int, *i: int) -> str:
    with changed(ex, gpus(count)):
        return name_device(ex.try_gpu(*i))


def ask_for_all(ex: Any, count: int) -> list[str]:
    """Return the names of all GPUs, when a caller has changed an earlier list."""
    with changed(ex, gpus(count)):
        devices = ex.try_all_gpus()
        if isinstance(devices, list):
            devices.append("what a caller appends")
            devices = ex.try_all_gpus()
    listed = devices if isinstance(devices, list) else [devices]
    return [name_device(device) for device in listed]


def name_device(device: Any) -> str:
    """Return a device's name, the CPU without an index, or what it is instead."""
    if not isinstance(device, torch.device):
        return f"no torch.device but a {type(device).__name__}: {device}"
    return "cpu" if device.type == "cpu" else str(device)


def test_num_gpus_counts_all(sweep, rng):
    sweep.symbol = "num_gpus"
    sweep.cases(
        ask_for_number,
        {
            "with many GPUs": (rng.randrange(3, 99),),
            "with one GPU": (1,),
            "without GPUs": (0,),
            "with accelerators of another kind": (-2,),
        },
        call="num_gpus() with many GPUs, with others, and without",
        fault="num_gpus does not give the number of GPUs.",
        slips={"is_available says whether there is one, not how many there are": 1},
        because={"with accelerators of another kind": OTHER},
    )


@pytest.mark.weight(3)
def test_try_gpu_gives_the_gpu_asked_for_or_the_cpu(sweep, rng):
    negative = {
        "for -1": (2, -1),
        "for -3, of two GPUs": (2, -3),
        "for -1 without GPUs": (0, -1),
    }
    sweep.cases(
        ask_for_gpu,
        {
            "for one of many": (99, rng.randrange(1, 98)),
            "for the last of three": (3, 2),
            "without a number": (3,),
            "for the only one": (1, 0),
            "for a number far beyond the last": (1, 6),
            "when the number is the count": (1, 1),
            "without GPUs": (0, 0),
            "without GPUs and number": (0,),
            "with accelerators of another kind": (-2, 0),
            **negative,
        },
        call="try_gpu(i) with many GPUs, and others",
        fault="try_gpu does not return the GPU that is asked for.",
        slips={
            "torch.device('cuda', i) makes a device; a text is none": (
                lambda name: name.startswith("no torch.device but a str")
            ),
            BARE: "cuda",
            "the number asked for does not count": "cuda:0",
        },
        causes={
            r"device string|device type|Invalid device": (
                "torch's word for a GPU is 'cuda': torch.device('cuda', i)"
            )
        },
        because={
            "for the last of three": LAST,
            "without a number": "the first GPU is cuda:0, with its index",
            "for a number far beyond the last": BEYOND,
            "when the number is the count": LAST,
            "without GPUs": BEYOND,
            "with accelerators of another kind": OTHER,
            **dict.fromkeys(negative, NEGATIVE),
        },
        raises=(ValueError,),
    )


def test_try_all_gpus_is_never_empty(sweep, rng):
    many = rng.randrange(13, 99)
    sweep.symbol = "try_all_gpus"
    sweep.cases(
        ask_for_all,
        {
            "with three GPUs": (3,),
            "with one GPU": (1,),
            "without GPUs": (0,),
            "with many GPUs": (many,),
            "with accelerators of another kind": (-2,),
        },
        call="try_all_gpus() with three GPUs, with others, and without",
        fault="try_all_gpus does not list all GPUs, in order.",
        slips={
            BARE: lambda names: "cuda" in names,
            "the CPU is listed only if there is no GPU": (
                lambda names: names[0] == "cuda:0" and names[-1] == "cpu"
            ),
            "each caller gets a list of its own": lambda names: "appends" in names[-1],
            LAST: lambda names: len(names) in (2, 4),
        },
        because={
            "without GPUs": "the list is empty, not that of the CPU alone, or one that "
            "all callers share: gpus or [torch.device('cpu')]",
            "with many GPUs": "as a text cuda:10 comes before cuda:2",
            "with accelerators of another kind": OTHER,
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
    expect_equal(names, [f"cuda:{i}" for i in range(count)], fault)
    expect_equal(first, "cuda:0", fault)
