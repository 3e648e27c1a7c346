"""memory_bytes counts storage by kind, once where tensors share it."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from parameters_helpers import kinds_of_nets, nested_net, tied_net

pytestmark = pytest.mark.exercise("parameters.memory_bytes")

OPTIMIZERS: dict[str, Callable[..., torch.optim.Optimizer]] = {
    "SGD": lambda ps: torch.optim.SGD(ps, lr=0.1),
    "momentum": lambda ps: torch.optim.SGD(ps, lr=0.1, momentum=0.9),
    "Adam": torch.optim.Adam,
    "AMSGrad": lambda ps: torch.optim.Adam(ps, amsgrad=True),
}


def bytes_in_training(ex: Any, net: nn.Module, name: str, steps: int) -> Any:
    optimizer = OPTIMIZERS[name](net.parameters())
    for _ in range(steps):
        for p in net.parameters():
            p.grad = torch.ones_like(p) if p.requires_grad else None
        optimizer.step()
    return sorted(ex.memory_bytes(net, optimizer).items())


def bytes_of(ex: Any, build: Callable[..., nn.Module], *args: Any) -> Any:
    """Return the bytes that a network holds, before and after some buffers more."""
    net = build(*args)
    optimizer = getattr(net, "optimizer", OPTIMIZERS["SGD"](net.parameters()))
    first = ex.memory_bytes(net, optimizer)
    net.register_buffer("later", torch.zeros(11))
    second = ex.memory_bytes(net, optimizer)
    return [*sorted(first.items()), ("then", sorted(second.items()))]


def views(n: int) -> nn.Module:
    """Two parameters and a buffer on one storage; a row and a view of a view."""
    net = nn.Module()
    table = torch.zeros(n, 10)
    net.weight = nn.Parameter(table[:1])
    net.other = nn.Parameter(net.weight.data)
    net.register_buffer("row", table[1])
    net.register_buffer("column", torch.zeros(n, 2, dtype=torch.float16)[:, 0])
    net.register_buffer("again", net.column[1:])
    net.register_buffer("bits", net.column.view(torch.int16))
    net.register_buffer("none", torch.zeros(n)[:0])
    return net


def flat_gradients(n: int) -> nn.Module:
    """All gradients are slices of one tensor."""
    net = nn.Linear(n, 2)
    flat = torch.zeros(2 * n + 5)
    net.weight.grad, net.bias.grad = flat[: 2 * n].view(2, n), flat[2 * n : 2 * n + 2]
    return net


def kinds_share(n: int) -> nn.Module:
    """A gradient lies in a parameter, a buffer in a gradient, a state in a buffer."""
    net = nn.Linear(n, 2)
    net.weight.grad, net.bias.grad = net.weight.data, torch.zeros(2)
    net.register_buffer("bias_grad", net.bias.grad)
    net.register_buffer("count", torch.zeros(3))
    shared = {"weight": net.weight.data[0], "gradient": net.bias.grad[1:]}
    return with_state(net, {"count": net.count[:1], "own": torch.zeros(n), "x": shared})


def with_state(net: nn.Module, state: dict[str, Any]) -> nn.Module:
    net.optimizer = OPTIMIZERS["SGD"](net.parameters())
    net.optimizer.state[net.bias] = state
    return net


def nested_state(n: int) -> nn.Module:
    """States in lists and dicts, as LBFGS has them, among what is no tensor."""
    history = [torch.zeros(n), None, torch.zeros(()), (torch.zeros(2, 3).half(), 5)]
    held = {"history": history, "name": "a", "more": {"inner": [torch.zeros(n + 1)]}}
    return with_state(nn.Linear(n, 2), held)


def odd_buffers(n: int) -> nn.Module:
    net = nn.Linear(n, 2, bias=False)
    net.register_buffer("hidden", torch.zeros(n), persistent=False)
    net.register_buffer("absent", None)
    net.register_buffer("expanded", torch.ones(1).expand(n, 7))
    for dtype in (torch.bool, torch.int64, torch.complex64, torch.float64):
        net.register_buffer(str(dtype)[6:], torch.zeros(n, dtype=dtype))
    return net


def part_of_the_network(n: int) -> nn.Module:
    """The optimizer has one layer, and a parameter of another network."""
    net, other = nn.Sequential(nn.Linear(n, 2), nn.Linear(2, n)), nn.Linear(n, 3)
    net.optimizer = OPTIMIZERS["Adam"]([*net[0].parameters(), other.weight])
    (net(torch.ones(3, n)).sum() + other(torch.ones(n)).sum()).backward()
    net.optimizer.step()
    return net.requires_grad_(False)


def bytes_in(tensors: list[Tensor]) -> int:
    return sum(t.numel() * t.itemsize for t in tensors)


def says(kind: str, *n: int) -> Callable[[Any], bool]:
    """Return evidence: that one of these numbers of bytes is told of a kind."""
    return lambda got: dict(got)[kind] in n


@pytest.mark.weight(2)
def test_memory_bytes_counts_each_kind(sweep, rng):
    net = nested_net(rng).double()
    parameters = list(net.parameters())
    trained = [p for p in parameters if p.requires_grad]
    floating = [b for b in net.buffers() if b.is_floating_point()]
    n = sum(p.numel() for p in parameters)

    sweep.cases(
        bytes_in_training,
        {
            "": (net, "Adam", 2),
            "before training": (net, "Adam", 0),
            "for SGD": (net, "SGD", 1),
            "for SGD with momentum": (net, "momentum", 1),
            "for AMSGrad": (net, "AMSGrad", 1),
            "for bfloat16": (nested_net(rng).bfloat16(), "Adam", 1),
            "where layers are shared": (tied_net(rng), "momentum", 1),
        },
        call="memory_bytes(net, optimizer)",
        fault="memory_bytes does not count the bytes of each kind, for a float64 net "
        "with BatchNorm and a frozen weight, after two steps of Adam.",
        slips={
            "the keys are the names of the four kinds": (
                lambda got: (
                    [k for k, _ in got]
                    != ["buffers", "gradients", "optimizer", "parameters"]
                )
            ),
            "a float64 entry has 8 bytes, a bfloat16 entry 2: ask itemsize or nbytes": (
                says("parameters", 4 * n)
            ),
            "entries are not bytes": says("parameters", n),
            "frozen parameters take memory too": says("parameters", bytes_in(trained)),
            "a parameter that is frozen has no gradient": (
                says("gradients", bytes_in(parameters))
            ),
            "integer buffers as num_batches_tracked have bytes too": (
                says("buffers", bytes_in(floating))
            ),
            "Adam's 0-dim `step` tensors have bytes too": (
                says("optimizer", 2 * bytes_in(trained))
            ),
            "no rule tells what an optimizer holds: look at optimizer.state": (
                says("optimizer", 2 * bytes_in(parameters))
            ),
        },
        because={
            "for SGD": "no rule tells what an optimizer holds: look at optimizer.state",
            "where layers are shared": "a shared parameter and its gradient take "
            "memory once",
        },
    )


@pytest.mark.weight(2)
def test_memory_bytes_counts_each_storage_once(sweep, rng):
    n = rng.randrange(20, 40)
    nested = "for tensors in lists and dicts of the optimizer's state"
    nets = kinds_of_nets(rng)

    sweep.cases(
        bytes_of,
        {
            "for parameters and buffers that are slices of one tensor": (views, n),
            "for gradients that are slices of one tensor": (flat_gradients, n),
            "where kinds share storage: the first kind has it": (kinds_share, n),
            "for another optimizer, the network frozen": (part_of_the_network, n),
            "for buffers expanded, not saved, or of other dtypes": (odd_buffers, n),
            nested: (nested_state, n),
        }
        | {when: (nn.Sequential, net) for when, net in nets.items()},
        call="memory_bytes(net, optimizer)",
        slips={
            "a slice keeps the whole storage behind it: untyped_storage().nbytes()": (
                says("parameters", 40, 80)
            ),
            "two tensors on one storage take its memory once": (
                says("parameters", 80 * n)
            ),
            "storage that a parameter has already counts there alone": (
                says("buffers", 48 * n)
            ),
            "two views of one storage take its memory once: t.data_ptr() is where a "
            "view begins": says("buffers", 12 * n, 52 * n),
        },
        because={nested: "look at any depth: LBFGS keeps its history in lists"},
    )
