"""memory_bytes counts storage by kind, once where tensors share it."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_equal, say
from parameters_helpers import entries, nested_net, tied_net

pytestmark = pytest.mark.exercise("parameters.memory_bytes")


def bytes_in_training(
    ex: Any, net: nn.Module, optimizer_name: str, steps: int
) -> dict[str, int]:
    optimizer = make_optimizer(net, optimizer_name)
    for _ in range(steps):
        for p in net.parameters():
            p.grad = torch.ones_like(p) if p.requires_grad else None
        optimizer.step()
    return ex.memory_bytes(net, optimizer)


def make_optimizer(net: nn.Module, name: str) -> torch.optim.Optimizer:
    if name == "Adam":
        return torch.optim.Adam(net.parameters())
    return torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9 * (name != "SGD"))


def bytes_of_views(ex: Any, n: int) -> dict[str, int]:
    net = nn.Module()
    table = torch.zeros(n, 10)
    net.weight = nn.Parameter(table[:1])
    net.other = nn.Parameter(net.weight.data)
    net.register_buffer("ones", torch.ones(1).expand(n, 7))
    net.register_buffer("row", table[1])
    net.register_buffer("column", torch.zeros(n, 2, dtype=torch.float16)[:, 0])
    net.register_buffer("again", net.column[1:])
    return ex.memory_bytes(net, torch.optim.SGD(net.parameters(), lr=0.1))


def expect_bytes(
    got: dict[str, int],
    expected: dict[str, int],
    slips: dict[str, dict[str, int]] | None = None,
) -> None:
    expect_equal(
        sorted(got),
        sorted(expected),
        "memory_bytes does not have the keys of the four kinds.",
    )
    for kind, n in expected.items():
        expect_equal(
            got[kind],
            n,
            say("memory_bytes does not count the bytes of {kind}.", kind=kind),
            slips={
                cause: values[kind]
                for cause, values in (slips or {}).items()
                if values.get(kind, n) != n
            },
        )


def bytes_in(tensors: list[Tensor]) -> int:
    return sum(t.numel() * t.itemsize for t in tensors)


KINDS = ("parameters", "gradients", "buffers", "optimizer")


@pytest.mark.weight(2)
@pytest.mark.parametrize("optimizer", ["SGD", "momentum", "Adam"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_memory_bytes_counts_each_kind(observe, rng, optimizer, dtype):
    net = nested_net(rng).to(dtype)

    got = observe(
        bytes_in_training,
        net,
        optimizer,
        2,
        call=say(
            "memory_bytes(net, {optimizer}) after two steps, net {dtype}, with "
            "BatchNorm and a frozen weight",
            optimizer=optimizer,
            dtype=dtype,
        ),
    )

    parameters, buffers = list(net.parameters()), list(net.buffers())
    trained = [p for p in parameters if p.requires_grad]
    counts = {
        "parameters": bytes_in(parameters),
        "gradients": bytes_in(trained),
        "buffers": bytes_in(buffers),
        "optimizer": {
            "SGD": 0,
            "momentum": bytes_in(trained),
            "Adam": 2 * bytes_in(trained) + 4 * len(trained),
        }[optimizer],
    }
    expect_bytes(
        got,
        counts,
        {
            "a float64 entry has 8 bytes, a bfloat16 entry 2: ask itemsize or nbytes": {
                "parameters": 4 * entries(parameters),
                "gradients": 4 * entries(trained),
                "buffers": 4 * entries(buffers),
            },
            "entries are not bytes": {
                "parameters": entries(parameters),
                "gradients": entries(trained),
                "buffers": entries(buffers),
            },
            "integer buffers as num_batches_tracked have bytes too": {
                "buffers": bytes_in([b for b in buffers if b.is_floating_point()])
            },
            "a parameter that is frozen has no gradient": {
                "gradients": bytes_in(parameters)
            },
            "frozen parameters take memory too": {"parameters": bytes_in(trained)},
            "Adam's 0-dim `step` tensors have bytes too": {
                "optimizer": 2 * bytes_in(trained)
            },
        },
    )


def test_memory_bytes_before_training(observe, rng):
    net = nested_net(rng)

    got = observe(
        bytes_in_training, net, "Adam", 0, call="memory_bytes(net, Adam), no step yet"
    )

    expect_bytes(
        got,
        {
            "parameters": bytes_in(list(net.parameters())),
            "gradients": 0,
            "buffers": bytes_in(list(net.buffers())),
            "optimizer": 0,
        },
    )


def test_memory_bytes_counts_a_shared_parameter_once(observe, rng):
    net = tied_net(rng)

    got = observe(
        bytes_in_training,
        net,
        "momentum",
        1,
        call="memory_bytes(net, SGD with momentum), layers shared",
    )

    once = bytes_in(list(net.parameters()))
    own = [p for module in net.modules() for p in module.parameters(recurse=False)]
    named = [p for _, p in net.named_parameters(remove_duplicate=False)]
    cause = "a shared parameter and its gradient take memory once"
    expect_bytes(
        got,
        {"parameters": once, "gradients": once, "buffers": 0, "optimizer": once},
        {
            cause: dict.fromkeys(KINDS, bytes_in(named)),
            f"{cause}: a set of them leaves out repeats": dict.fromkeys(
                KINDS, bytes_in(own)
            ),
        },
    )


@pytest.mark.weight(2)
def test_memory_bytes_counts_storage_not_views(observe, rng):
    n = rng.randrange(20, 40)

    got = observe(
        bytes_of_views,
        n,
        call=say(
            "memory_bytes of slices of zeros({n}, 10): two parameters and a buffer; "
            "ones(1).expand({n}, 7), and two views of a float16 ({n}, 2)",
            n=n,
        ),
    )

    expect_bytes(
        got,
        {"parameters": 40 * n, "gradients": 0, "buffers": 4 + 4 * n, "optimizer": 0},
        {
            "a slice keeps the whole storage behind it: untyped_storage().nbytes()": {
                "parameters": 40,
                "buffers": 4 * 7 * n + 40 + 2 * n * 2,
            },
            "two parameters on one storage take its memory once": {
                "parameters": 80 * n,
            },
            "two slices of the whole are one storage": {"parameters": 80},
            "storage that a parameter has already counts there alone": {
                "buffers": 4 + 4 * n + 40 * n
            },
            "two views of one storage take its memory once": {
                "buffers": 4 + 4 * n + 4 * n
            },
        },
    )
