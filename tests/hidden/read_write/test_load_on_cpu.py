"""load_on_cpu reads files of any device on a machine that has none of them."""

import io
import zipfile
from collections import OrderedDict
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import torch

from read_write_helpers import (
    DISTINCT,
    exactly,
    mapped,
    net_state,
    normed_net,
    odd_tensors,
    saved,
    saved_bytes,
)

pytestmark = pytest.mark.exercise("read_write.load_on_cpu")

DEVICES = ["cuda:0", "cpu", "cuda:3", "cuda", "mps", "xpu:1", "meta"]


def load_here(ex: Any, data: bytes) -> list[Any]:
    with TemporaryDirectory() as folder:
        loaded = ex.load_on_cpu(saved(folder, data))
    ordered = isinstance(loaded, OrderedDict)
    devices = mapped(lambda t: [str(t.device), t.requires_grad], loaded)
    return [devices, *exactly(loaded), "an OrderedDict" if ordered else "none"]


def as_if_from(device: str, obj: Any) -> bytes:
    """Return a file of `torch.save` that says its tensors were on `device`."""
    output = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(saved_bytes(obj))) as old,
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
        "betas": (0.9, 0.999, torch.randn(2)),
        "history": [torch.randn(2).bfloat16(), torch.tensor([True, False])],
        "nothing": [None, (), {}, [], "", b"\0", True, 1j],
        "step": rng.randrange(1000),
        "note": "cuda:3 was fast",
    }


@pytest.mark.weight(2)
@pytest.mark.parametrize("device", DEVICES)
def test_file_from_any_device_loads_on_the_cpu(sweep, rng, device):
    state = OrderedDict(net_state(normed_net(rng.sample(DISTINCT, 3))))
    leaf = torch.randn(2).requires_grad_()

    sweep.cases(
        load_here,
        {
            when: (as_if_from(device, obj),)
            for when, obj in {
                "": run_data(rng),
                "for a single tensor": torch.randn(3, dtype=torch.float64),
                "for a state dict": state,
                "for odd tensors": odd_tensors(rng),
                "for a tuple": (torch.randn(2), [leaf]),
                "for a file without tensors": [1, "two"],
            }.items()
        },
        call="load_on_cpu(path) of a file from " + device,
        fault="load_on_cpu does not give what was saved, on the CPU.",
        causes={
            "^RuntimeError|^NotImplementedError": "tensors go to the device they were "
            "saved on, unless map_location says otherwise for each device"
        },
    )
