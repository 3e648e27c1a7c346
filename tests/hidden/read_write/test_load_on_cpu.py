"""load_on_cpu reads files of any device on a machine that has none of them."""

import io
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import torch
from torch import Tensor

from grader.observe import expect_equal, say
from read_write_helpers import (
    DISTINCT,
    expect_same,
    named,
    net_state,
    normed_net,
    saved_bytes,
)

pytestmark = pytest.mark.exercise("read_write.load_on_cpu")


def load_here(ex: Any, data: bytes) -> tuple[Any, list[str]]:
    with TemporaryDirectory() as folder:
        path = Path(folder, "run.pt")
        path.write_bytes(data)
        loaded = ex.load_on_cpu(path)
    return loaded, [str(t.device) for _, t in named(loaded) if isinstance(t, Tensor)]


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
        "betas": (0.9, 0.999),
        "history": [torch.randn(2).bfloat16(), torch.tensor([True, False])],
        "step": rng.randrange(1000),
        "note": "cuda:3 was fast",
    }


DEVICES = ["cpu", "cuda:0", "cuda:3", "cuda", "mps"]


@pytest.mark.weight(2)
@pytest.mark.parametrize("device", DEVICES)
def test_file_from_any_device_loads_on_the_cpu(observe, rng, device):
    obj = run_data(rng)

    loaded, devices = observe(
        load_here,
        as_if_from(device, obj),
        call=say("load_on_cpu(path) of a file from {device}", device=device),
        causes={
            "^RuntimeError": "tensors go to the device they were saved on, unless "
            "map_location says otherwise for each device"
        },
    )

    expect_same(loaded, obj, "load_on_cpu does not give what was saved.")
    expect_equal(devices, ["cpu"] * len(devices), "Tensors are not on the CPU.")


def test_load_on_cpu_takes_a_single_tensor(observe, rng):
    tensor = torch.randn(rng.choice(DISTINCT), dtype=torch.float64)
    data = as_if_from("cuda:1", tensor)

    loaded, _ = observe(load_here, data, call="load_on_cpu(path) of one tensor")

    expect_same(loaded, tensor, "load_on_cpu does not give the tensor that was saved.")


def test_load_on_cpu_takes_a_state_dict(observe, rng):
    state = net_state(normed_net(rng.sample(DISTINCT, 3)))

    loaded, _ = observe(
        load_here, as_if_from("cuda:2", state), call="load_on_cpu(path) of a state dict"
    )

    expect_same(loaded, state, "load_on_cpu does not give the state that was saved.")
