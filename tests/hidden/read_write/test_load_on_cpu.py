"""load_on_cpu reads files of any device on a machine that has none of them."""

import io
import zipfile
from collections import OrderedDict
from typing import Any

import pytest
import torch

from grader.sandbox.states import map_tensors
from grader.words import say
from read_write_helpers import DISTINCT, copied, in_turn, normed_net, oddities, packed

pytestmark = pytest.mark.exercise("read_write.load_on_cpu")

DEVICES = ["cuda:0", "cuda", "cuda:17", "mps", "xpu:1", "hpu", "meta", "cpu"]


def containers(data: Any) -> list[Any]:
    """Return the names of the classes of what holds other things."""
    if not isinstance(data, (dict, list, tuple)):
        return []
    parts = data.values() if isinstance(data, dict) else data
    return [type(data).__name__, *map(containers, parts)]


def look_at(data: Any) -> list[Any]:
    devices = map_tensors(lambda t: [str(t.device), t.requires_grad], data)
    return [copied(data), devices, containers(data)]


def load_here(ex: Any, *files: bytes) -> list[Any]:
    return list(map(look_at, in_turn(ex.load_on_cpu, *files)))


def as_if_from(device: str, obj: Any) -> bytes:
    """Return a file of `torch.save` that says its tensors were on `device`."""
    output = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(packed(obj))) as old,
        zipfile.ZipFile(output, "w") as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            if name.endswith("/data.pkl"):
                place = b"X" + len(device).to_bytes(4, "little") + device.encode()
                content = content.replace(b"X\x03\0\0\0cpu", place)
            new.writestr(name, content)
    return output.getvalue()


def run_data(rng) -> dict[str, Any]:
    return {
        "model": {"weight": torch.randn(rng.choice(DISTINCT), 3), "n": torch.tensor(5)},
        "optimizer": {"state": {0: {"exp_avg": torch.randn(3).half()}}, "lr": 0.1},
        "layers": [OrderedDict(a=torch.randn(2)), torch.Size([2, 3])],
        "betas": (0.9, 0.999, torch.randn(2)),
        "history": [torch.randn(2).bfloat16(), torch.tensor([True, False])],
        "nothing": [None, (), {}, [], "", b"\0", True, 1j],
        "step": rng.randrange(1000),
        "note": "cuda:3 was fast",
    }


@pytest.mark.weight(3)
@pytest.mark.parametrize("device", DEVICES)
def test_file_from_any_device_loads_on_the_cpu(sweep, rng, device):
    forms = {
        "for odd tensors": oddities(rng),
        "for a single tensor": torch.randn(3, dtype=torch.float64),
        "for a state dict": normed_net(rng.sample(DISTINCT, 3)).state_dict(),
        "for a tuple": (torch.randn(2), [torch.randn(2).requires_grad_()]),
        "for a file without tensors": [1, "two"],
    }
    cases = {when: (as_if_from(device, obj),) for when, obj in forms.items()}
    two = as_if_from(device, run_data(rng)), as_if_from("cpu", torch.ones(2))

    sweep.cases(
        load_here,
        {"": two, **(cases if device == DEVICES[0] else {})},
        call=say("load_on_cpu(path) of a file from {device}", device=device),
        fault="load_on_cpu does not give what was saved, on the CPU.",
        tolerance="bits",
        causes={
            "^RuntimeError|^NotImplementedError": "tensors go to the device they were "
            "saved on, unless map_location says otherwise for each device"
        },
    )
