"""GPUs: small cases to check your own work against; none of them needs a GPU."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_close, expect_equal, expect_error, expect_true

exercise = pytest.mark.exercise


def find_devices(ex: Any) -> tuple[int, str, list[str]]:
    devices = ex.try_all_gpus()
    return (
        ex.num_gpus(),
        name_device(ex.try_gpu(1000)),
        [name_device(d) for d in devices],
    )


def name_device(device: Any) -> str:
    return str(device).replace("cpu:0", "cpu")


def ask_for_gpu(ex: Any, i: int) -> str:
    return str(ex.try_gpu(i))


@exercise("use_gpu.try_gpu")
def test_devices_are_found(observe):
    count, fallback, devices = observe(
        find_devices, call="num_gpus(); try_gpu(1000); try_all_gpus()"
    )

    expect_equal(fallback, "cpu", "try_gpu does not fall back to the CPU.")
    expect_equal(
        devices,
        [f"cuda:{i}" for i in range(count)] or ["cpu"],
        "try_all_gpus does not list all GPUs, or the CPU if there is none.",
        slips={"without a GPU the list is empty": []},
    )


@exercise("use_gpu.try_gpu")
def test_try_gpu_refuses_a_negative_number(observe):
    raised = observe.error(ask_for_gpu, -1, call="try_gpu(-1)")

    expect_error(raised, ValueError, "try_gpu takes a negative number.")


def move_batch(ex: Any, x: Tensor) -> tuple[list[str], str]:
    moved = ex.to_device({"x": x, "more": [x, (x, "name")]}, "meta")
    tensors = [moved["x"], moved["more"][0], moved["more"][1][0]]
    return [t.device.type for t in tensors], moved["more"][1][1]


@exercise("use_gpu.to_device")
def test_to_device_moves_every_tensor(observe):
    places, name = observe(
        move_batch,
        torch.randn(2, 3),
        call="to_device({'x': x, 'more': [x, (x, 'name')]}, 'meta')",
    )

    expect_equal(
        places,
        ["meta"] * 3,
        "to_device leaves tensors where they were.",
        slips={
            "t.to(device) returns the moved tensor; t itself does not move": ["cpu"] * 3
        },
    )
    expect_equal(name, "name", "to_device does not keep what is no tensor.")


def train_line(ex: Any, x: Tensor, y: Tensor) -> tuple[float, Tensor]:
    net = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(net.weight)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.25)
    loss = ex.train_epoch(net, [(x, y), (x, y)], nn.MSELoss(), optimizer, "cpu")
    return loss, net.weight


@exercise("use_gpu.train_epoch")
def test_train_epoch_makes_a_step_for_each_batch(observe):
    x, y = torch.tensor([[1.0], [-1.0]]), torch.tensor([[2.0], [-2.0]])

    loss, weight = observe(
        train_line, x, y, call="train_epoch on y = 2 x, two equal batches, SGD"
    )

    # weight 0, loss 4, gradient -4; weight 1, loss 1, gradient -2; weight 1.5
    expect_close(
        weight,
        torch.tensor([[1.5]]),
        "train_epoch does not train the network as it should.",
        slips={
            "gradients of earlier batches add up: optimizer.zero_grad()": torch.tensor(
                [[2.5]]
            )
        },
    )
    expect_equal(
        round(float(loss), 4),
        2.5,
        "train_epoch does not return the mean of the losses.",
    )


def time_calls(ex: Any) -> tuple[float, int]:
    calls: list[int] = []
    seconds = ex.time_op(lambda: calls.append(1), "cpu", warmup=2, repeat=3)
    return seconds, len(calls)


@exercise("use_gpu.time_op")
def test_time_op_calls_and_measures(observe):
    seconds, calls = observe(time_calls, call="time_op(fn, 'cpu', warmup=2, repeat=3)")

    expect_equal(
        calls,
        5,
        "time_op does not call fn warmup + repeat times.",
        slips={"the warm-up is left out": 3},
    )
    expect_true(
        seconds >= 0,
        "time_op gives a negative time.",
        expected="0 s or more",
        got=f"{seconds} s",
    )
