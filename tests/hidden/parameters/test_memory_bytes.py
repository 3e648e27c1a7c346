"""memory_bytes counts storage by kind, once where tensors share it."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import say
from parameters_helpers import nested_net, tied_net

pytestmark = pytest.mark.exercise("parameters.memory_bytes")

OPTIMIZERS: dict[str, Callable[..., torch.optim.Optimizer]] = {
    "SGD": lambda ps: torch.optim.SGD(ps, lr=0.1),
    "momentum": lambda ps: torch.optim.SGD(ps, lr=0.1, momentum=0.9),
    "Adam": torch.optim.Adam,
    "AMSGrad": lambda ps: torch.optim.Adam(ps, amsgrad=True),
}


def bytes_in_training(ex: Any, net: nn.Module, name: str, steps: int) -> Any:
    optimizer = OPTIMIZERS[name](net.parameters())

    def closure() -> Tensor:
        for p in net.parameters():
            p.grad = p.detach() + 1 if p.requires_grad else None
        return torch.ones(())

    for _ in range(steps):
        optimizer.step(closure)
    return sorted(ex.memory_bytes(net, optimizer).items())


def bytes_of(ex: Any, build: Callable[..., Any], *args: Any) -> Any:
    net, optimizer = build(*args)
    first = ex.memory_bytes(net, optimizer)
    return sorted(first.items()), ex.memory_bytes(net, optimizer) == first


def views(n: int) -> Any:
    """Two parameters and a buffer on one storage; a row and a view of a view."""
    net = nn.Module()
    table = torch.zeros(n, 10)
    net.weight = nn.Parameter(table[:1])
    net.other = nn.Parameter(net.weight.data)
    net.register_buffer("row", table[1])
    net.register_buffer("column", torch.zeros(n, 2, dtype=torch.float16)[:, 0])
    net.register_buffer("again", net.column[1:])
    return net, OPTIMIZERS["SGD"](net.parameters())


def expanded(n: int) -> Any:
    net = nn.Module()
    net.register_buffer("ones", torch.ones(1).expand(n, 7))
    net.weight = nn.Parameter(torch.zeros(n))
    return net, OPTIMIZERS["SGD"](net.parameters())


def flat_gradients(n: int) -> Any:
    """All gradients are slices of one tensor."""
    net = nn.Linear(n, 2)
    flat = torch.zeros(2 * n + 5)
    net.weight.grad, net.bias.grad = flat[: 2 * n].view(2, n), flat[2 * n : 2 * n + 2]
    return net, OPTIMIZERS["SGD"](net.parameters())


def kinds_share(n: int) -> Any:
    """A gradient lies in a parameter, a buffer in a gradient, a state in a buffer."""
    net = nn.Linear(n, 2)
    net.weight.grad, net.bias.grad = net.weight.data, torch.zeros(2)
    net.register_buffer("bias_grad", net.bias.grad)
    net.register_buffer("count", torch.zeros(3))
    optimizer = OPTIMIZERS["SGD"](net.parameters())
    optimizer.state[net.bias] = {"count": net.count[:1], "own": torch.zeros(n)}
    return net, optimizer


def odd_buffers(n: int) -> Any:
    net = nn.Linear(n, 2, bias=False)
    net.register_buffer("hidden", torch.zeros(n), persistent=False)
    net.register_buffer("absent", None)
    for dtype in (torch.bool, torch.int64, torch.complex64, torch.float64):
        net.register_buffer(str(dtype)[6:], torch.zeros(n, dtype=dtype))
    return net, OPTIMIZERS["SGD"](net.parameters())


def part_of_the_network(n: int) -> Any:
    """The optimizer has one layer of the network only."""
    net = nn.Sequential(nn.Linear(n, 2), nn.Linear(2, n))
    optimizer = OPTIMIZERS["Adam"](net[0].parameters())
    net(torch.ones(3, n)).sum().backward()
    optimizer.step()
    return net, optimizer


def gradients_zeroed(n: int, to_none: bool) -> Any:
    net, optimizer = part_of_the_network(n)
    optimizer.zero_grad(set_to_none=to_none)
    return net, optimizer


def bytes_in(tensors: list[Tensor]) -> int:
    return sum(t.numel() * t.itemsize for t in tensors)


def entries(tensors: list[Tensor]) -> int:
    return sum(t.numel() for t in tensors)


def says(kind: str, n: int) -> Callable[[Any], bool]:
    """Return evidence: that so many bytes are told of a kind."""
    return lambda got: dict(got)[kind] == n


@pytest.mark.weight(2)
@pytest.mark.parametrize("optimizer", ["SGD", "momentum", "Adam", "AMSGrad"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_memory_bytes_counts_each_kind(sweep, rng, optimizer, dtype):
    net = nested_net(rng).to(dtype)
    parameters, buffers = list(net.parameters()), list(net.buffers())
    trained = [p for p in parameters if p.requires_grad]
    wide = dtype != torch.float32
    adam = optimizer in ("Adam", "AMSGrad")

    sweep.cases(
        bytes_in_training,
        {
            "after two steps": (net, optimizer, 2),
            "before training": (net, optimizer, 0),
        },
        call=say(
            "memory_bytes(net, {optimizer}) after two steps, net {dtype}, with "
            "BatchNorm and a frozen weight",
            optimizer=optimizer,
            dtype=dtype,
        ),
        fault="memory_bytes does not count the bytes of each kind.",
        slips={
            "the keys are the names of the four kinds": (
                lambda got: (
                    {k for k, _ in got}
                    != {"parameters", "gradients", "buffers", "optimizer"}
                )
            ),
            "a float64 entry has 8 bytes, a bfloat16 entry 2: ask itemsize or nbytes": (
                lambda got: (
                    dict(got)["buffers"] == 4 * entries(buffers)
                    or (wide and says("parameters", 4 * entries(parameters))(got))
                )
            ),
            "entries are not bytes": says("parameters", entries(parameters)),
            "frozen parameters take memory too": says("parameters", bytes_in(trained)),
            "a parameter that is frozen has no gradient": (
                says("gradients", bytes_in(parameters))
            ),
            "integer buffers as num_batches_tracked have bytes too": (
                says("buffers", bytes_in([b for b in buffers if b.is_floating_point()]))
            ),
            "Adam's 0-dim `step` tensors have bytes too": (
                lambda got: (
                    adam
                    and dict(got)["optimizer"] % bytes_in(trained) == 0
                    and dict(got)["optimizer"] > 0
                )
            ),
            "another optimizer has another state than Adam: look at optimizer.state": (
                lambda got: not adam and dict(got)["optimizer"] >= 2 * bytes_in(trained)
            ),
        },
    )


def test_memory_bytes_counts_a_shared_parameter_once(sweep, rng):
    net = tied_net(rng)
    once = bytes_in(list(net.parameters()))

    sweep.cases(
        bytes_in_training,
        {"where layers are shared": (net, "momentum", 1)},
        call="memory_bytes(net, SGD with momentum), layers shared",
        fault="memory_bytes counts a shared parameter more than once.",
        slips={
            "a shared parameter and its gradient take memory once": (
                lambda got: dict(got)["parameters"] > once
            ),
        },
    )


@pytest.mark.weight(2)
def test_memory_bytes_counts_storage_not_views(sweep, rng):
    n = rng.randrange(20, 40)

    sweep.cases(
        bytes_of,
        {"for views": (views, n)},
        call=say(
            "memory_bytes of slices of zeros({n}, 10): two parameters and a buffer; "
            "and two views of a float16 ({n}, 2)",
            n=n,
        ),
        fault="memory_bytes does not count storage, each once.",
        slips={
            "a slice keeps the whole storage behind it: untyped_storage().nbytes()": (
                lambda got: dict(got[0])["parameters"] in (40, 80)
            ),
            "two tensors on one storage take its memory once": (
                lambda got: dict(got[0])["parameters"] == 80 * n
            ),
            "storage that a parameter has already counts there alone": (
                lambda got: dict(got[0])["buffers"] in (44 * n, 48 * n)
            ),
            "two views of one storage take its memory once": (
                lambda got: dict(got[0])["buffers"] == 8 * n
            ),
        },
    )


def test_memory_bytes_finds_all_that_is_held(sweep, rng):
    n = rng.randrange(20, 40)

    sweep.cases(
        bytes_of,
        {
            "for an optimizer of one layer": (part_of_the_network, n),
            "for an expanded buffer, which has one entry": (expanded, n),
            "for gradients that are slices of one tensor": (flat_gradients, n),
            "where kinds share storage: the first kind has it": (kinds_share, n),
            "for buffers that are not saved, or of other dtypes": (odd_buffers, n),
            "for gradients of zeros": (gradients_zeroed, n, False),
            "after zero_grad()": (gradients_zeroed, n, True),
        },
        call="memory_bytes(net, optimizer), twice",
    )
