"""data_parallel agrees with one device, while each device runs its part."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_close, expect_equal, expect_true, say
from use_gpu_helpers import DISTINCT, metered, on_device, on_sim, run_outside

pytestmark = pytest.mark.exercise("use_gpu.data_parallel")


TWICE = (
    "functional_call leaves copies in a layer that stands in net twice: name each "
    "module of named_modules() once, with tie_weights=False"
)


class Probe(nn.Module):
    """A linear layer that tells where it runs and how many rows it gets."""

    def __init__(self, inner: int, out: int, note: Callable[[Any], None]):
        super().__init__()
        self.linear = nn.Linear(inner, out)
        self.shift = self.tied = nn.Parameter(torch.zeros(1))
        self.register_buffer("mean", torch.zeros(1))
        self.register_buffer("same", self.mean)
        self.note = note

    def forward(self, x: Tensor) -> Tensor:
        own = self.linear.weight, self.shift, self.tied, self.mean, self.same
        places = dict.fromkeys(t.device.type for t in own)
        self.note((x.device.type, " and ".join(places), len(x)))
        return self.linear(x.to(self.linear.weight.device))


def run_parallel(
    ex: Any, net: nn.Module, x: Tensor, devices: list[str]
) -> tuple[Tensor, list[Tensor], Tensor]:
    """Return output, gradients (empty if there is none) and the input's gradient."""
    x.requires_grad_()
    with metered(*devices):
        y = ex.data_parallel(net, x, devices)
    weights = torch.arange(1.0, 1 + y.numel(), device=y.device).reshape(y.shape)
    (y * weights).sum().backward()
    none = torch.empty(0)
    gradients = [none if p.grad is None else p.grad for p in net.parameters()]
    return y, gradients, none if x.grad is None else x.grad


def watch_parallel(
    ex: Any, sizes: list[int], x: Tensor, devices: list[str]
) -> tuple[list[tuple[str, str, int]], str, list[str]]:
    """Return what each replica saw, where the output is and where the net is now."""
    seen: list[Any] = []
    net = Probe(*sizes, seen.append)
    with metered(*devices):
        y = ex.data_parallel(net, x, [torch.device(d) for d in devices])
    return seen, str(y.device), [p.device.type for p in net.parameters()]


def run_parallel_and_look_back(
    ex: Any, x: Tensor
) -> tuple[list[str], list[str], dict[str, Tensor], dict[str, Tensor], bool]:
    net = nn.Sequential(nn.Linear(x.shape[-1], 4), nn.BatchNorm1d(4), nn.Linear(4, 2))
    names = [name for name, _ in net.named_modules()]
    before = {name: t.clone() for name, t in net.state_dict().items()}
    own = list(net.parameters())
    ex.data_parallel(net, x, ["cpu", "cpu"]).sum().backward()
    same = all(a is b for a, b in zip(own, net.parameters(), strict=False))
    after = [name for name, _ in net.named_modules()]
    return names, after, before, dict(net.state_dict()), same


def expect_parallel(
    y: Tensor, gradients: list[Tensor], gradient: Tensor, net: nn.Module, x: Tensor
) -> None:
    expected, expected_gradients, expected_gradient = run_outside(net, x)
    expect_close(
        y,
        expected,
        "data_parallel does not give the output of the network.",
        slips={
            "rows that do not divide evenly are lost": (
                lambda y: len(y) < len(expected) and y.shape[1:] == expected.shape[1:]
            ),
            "the parts are not joined in order": (
                lambda y: (
                    y.shape == expected.shape
                    and bool(torch.isclose(y.sum(0), expected.sum(0), rtol=1e-3).all())
                )
            ),
        },
        rtol=1e-4,
        atol=1e-5,
    )
    expect_equal(
        len(gradients), len(expected_gradients), "The network has other parameters."
    )
    for got, wanted in zip(gradients, expected_gradients, strict=True):
        expect_close(
            got,
            wanted,
            "The gradients of data_parallel are not those of one device.",
            slips={
                "a deep copy or a detached tensor cuts the graph: the gradient never "
                "reaches net": torch.empty(0),
                "the gradients of the parts are added, not averaged": wanted / 2,
            },
            rtol=1e-4,
            atol=1e-4,
        )
    expect_close(
        gradient,
        expected_gradient,
        "The gradient of data_parallel does not reach its input.",
        rtol=1e-4,
        atol=1e-4,
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize(
    ("rows", "count"), [(8, 2), (7, 2), (5, 3), (2, 4), (6, 1)], ids=str
)
def test_data_parallel_equals_one_device(observe, rng, rows, count):
    inner, hidden, out = rng.sample(DISTINCT, 3)
    net = nn.Sequential(nn.Linear(inner, hidden), nn.Tanh(), nn.Linear(hidden, out))
    x = torch.randn(rows, inner)

    y, gradients, gradient = observe(
        run_parallel,
        net,
        x,
        ["cpu"] * count,
        call=say(
            "data_parallel(net, x, {value}) with x {shape}",
            value=["cpu"] * count,
            shape=tuple(x.shape),
        ),
        causes={
            r"invalid for input of size|shape|IndexError|ValueError|empty": (
                "the rows need not divide evenly, and some devices may get none"
            )
        },
    )

    expect_parallel(y, gradients, gradient, net, x)


def test_data_parallel_trains_a_tied_weight(observe, rng):
    d = rng.choice(DISTINCT)
    layer = nn.Linear(d, d)
    net = nn.Sequential(layer, nn.Tanh(), layer)
    x = torch.randn(5, d)

    y, gradients, gradient = observe(
        run_parallel, net, x, ["cpu", "cpu"], call="data_parallel, one layer used twice"
    )

    expect_parallel(y, gradients, gradient, net, x)


@pytest.mark.weight(2)
@on_sim
@pytest.mark.parametrize(
    "devices", [["cpu", "sim:0"], ["sim:0", "sim:0", "cpu"]], ids=str
)
def test_data_parallel_runs_each_part_on_its_device(observe, rng, devices):
    sizes = rng.sample(DISTINCT, 2)
    rows = 3 * len(devices) + 1
    x = torch.randn(rows, sizes[0])

    seen, place, net_at = observe(
        watch_parallel,
        sizes,
        x,
        devices,
        call=say(
            "data_parallel(net, x, {devices}) with {rows} rows",
            devices=devices,
            rows=rows,
        ),
    )

    expect_equal(
        sorted({(x_at, w_at) for x_at, w_at, _ in seen}),
        [("cpu", "cpu"), ("sim", "sim")],
        "Parts and replicas are not on the devices given.",
        slips={
            "the network stays where it is: copy its parameters to each device": (
                lambda pairs: any(x_at != w_at for x_at, w_at in pairs)
            ),
            "one device does all the work": lambda pairs: len(pairs) == 1,
        },
    )
    most = -(-rows // len(devices))
    counts = [n for *_, n in seen]
    expect_true(
        sum(counts) == rows and max(counts, default=0) <= most,
        "The rows are not split evenly.",
        expected=say("{rows} rows, at most {most} on a device", rows=rows, most=most),
        got=say("{counts}", counts=counts),
    )
    expect_equal(
        place,
        devices[0],
        "The outputs are not gathered on the first device.",
    )
    expect_equal(
        net_at,
        ["cpu"] * 3,
        "data_parallel moves the network itself.",
        slips={"net.to(device) moves net: move copies": lambda at: "sim" in at},
    )


def run_layer_twice(ex: Any, x: Tensor, devices: list[str]) -> tuple[bool, list[str]]:
    """Return whether a net with one layer used twice keeps it, and where it is."""
    n = x.shape[-1]
    layer = nn.Sequential(nn.Linear(n, n), nn.BatchNorm1d(n))
    net, own = nn.Sequential(layer, nn.Tanh(), layer).eval(), held_by(layer)
    with metered(*devices):
        ex.data_parallel(net, x, devices)
    same = all(a is b for a, b in zip(own, held_by(layer), strict=True))
    return same, sorted({t.device.type for t in held_by(layer)})


def held_by(net: nn.Module) -> list[Tensor]:
    """Return the objects that stand in a network's places now, parameters or not."""
    return [
        t
        for m in net.modules()
        for t in (*m._parameters.values(), *m._buffers.values())
        if t is not None
    ]


@on_sim
@pytest.mark.parametrize("devices", [["cpu", "cpu"], ["cpu", "sim:0"]], ids=str)
def test_data_parallel_keeps_a_layer_that_is_used_twice(observe, rng, devices):
    same, places = observe(
        run_layer_twice,
        torch.randn(5, rng.choice(DISTINCT)),
        devices,
        call=say(
            "data_parallel(Sequential(layer, Tanh(), layer), x, {devices})",
            devices=devices,
        ),
    )

    expect_true(
        same,
        "data_parallel changes a layer that is used twice.",
        expected="its own parameters and buffers, on ['cpu']",
        got=say("others, on {places}", places=places),
        cause=TWICE,
    )


def test_data_parallel_leaves_the_network_as_it_was(observe, rng):
    x = torch.randn(9, rng.choice(DISTINCT))

    names, after, before, state, same = observe(
        run_parallel_and_look_back, x, call="data_parallel(net, x, ['cpu', 'cpu']); net"
    )

    fault = "data_parallel changes the network."
    expect_equal(
        after,
        names,
        fault,
        slips={
            "replicas stay behind as submodules": lambda got: len(got) > len(names),
        },
    )
    expect_true(
        same,
        fault,
        expected="its own Parameter objects",
        got="others",
    )
    expect_equal(sorted(state), sorted(before), fault)
    for name, value in before.items():
        expect_equal(
            state[name],
            value,
            fault,
            slips={
                "the replicas' batch norm writes into the network's own buffers: copy "
                "them": lambda _, name=name: "running" in name or "num" in name
            },
        )


PAIRS = [["first", "cpu"], ["cpu", "first"], ["first", "first"]]


@on_device
@pytest.mark.parametrize("places", PAIRS, ids="_".join)
def test_data_parallel_runs_on_two_kinds_of_devices(observe, rng, places, device):
    inner, out = rng.sample(DISTINCT, 2)
    net = nn.Sequential(nn.Linear(inner, 8), nn.Tanh(), nn.Linear(8, out))
    x = torch.randn(7, inner)
    devices = [place.replace("first", device) for place in places]

    y, gradients, gradient = observe(
        run_parallel,
        net,
        x,
        devices,
        call=say("data_parallel(net, x, {devices})", devices=devices),
    )

    expect_parallel(y, gradients, gradient, net, x)
