"""data_parallel agrees with one device, while each device runs its part."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_close, expect_equal, expect_true, say
from grader.sim import metered
from use_gpu_helpers import DISTINCT, on_device, on_sim, run_outside

pytestmark = pytest.mark.exercise("use_gpu.data_parallel")

TWICE = (
    "functional_call leaves copies in a layer that stands in net twice: name each "
    "module of named_modules() once, with tie_weights=False"
)


class Probe(nn.Module):
    """A linear layer that tells where it runs, also by what it adds to each row."""

    def __init__(self, inner: int, out: int, note: Any, codes: dict[str, float]):
        super().__init__()
        self.codes = codes
        self.linear = nn.Linear(inner, out)
        self.shift = self.tied = nn.Parameter(torch.zeros(1))
        self.register_buffer("mean", torch.zeros(1))
        self.register_buffer("same", self.mean)
        self.register_buffer("unsaved", torch.zeros(1), persistent=False)
        self.note = note

    def forward(self, x: Tensor) -> Tensor:
        own = [self.linear.weight, self.shift, self.tied]
        own += [self.mean, self.same, self.unsaved]
        places = dict.fromkeys(t.device.type for t in own)
        self.note((x.device.type, " and ".join(places), len(x)))
        return self.linear(x.to(self.linear.weight.device)) + self.codes[x.device.type]


class Counter(nn.Module):
    """Adds to its input how many rows it has met."""

    def __init__(self, saved: bool) -> None:
        super().__init__()
        self.register_buffer("met", torch.zeros(1), persistent=saved)

    def forward(self, x: Tensor) -> Tensor:
        self.met += len(x)
        return x + self.met


class Picky(nn.Module):
    """Refuses numbers above 100."""

    def forward(self, x: Tensor) -> Tensor:
        if (x > 100).any():
            raise ArithmeticError("a number is too large")
        return x


def held_by(net: nn.Module) -> list[Tensor]:
    """Return the objects that stand in a network's places now, parameters or not."""
    return [
        t
        for m in net.modules()
        for t in (*m._parameters.values(), *m._buffers.values())
        if t is not None
    ]


def entries(net: nn.Module) -> int:
    return sum(t.numel() for t in held_by(net))


def run_parallel(
    ex: Any, net: nn.Module, x: Tensor, devices: Sequence[str]
) -> tuple[Tensor, list[Tensor | None], Tensor | None, str, int]:
    """Return the output, gradients of the net and its input, and what of it changed.

    And how many numbers the net then holds.
    """
    x.requires_grad_()
    modes, held = [(name, m.training) for name, m in net.named_modules()], held_by(net)
    values = [t.detach().clone() for t in held]
    for p in net.parameters():
        p.grad = torch.ones_like(p) if p.requires_grad else None
    with metered(*devices):
        try:
            y = ex.data_parallel(net, x, devices)
        except Exception:
            if not isinstance(net[0], Picky):
                raise
            y = 0 * x
    now, changed = held_by(net), "nothing"
    if not all(torch.equal(a, b) for a, b in zip(values, now, strict=False)):
        changed = "the values of its tensors"
    if not all(a is b for a, b in zip(held, now, strict=False)):
        changed = "the tensors that it holds"
    if [(name, m.training) for name, m in net.named_modules()] != modes:
        changed = "its submodules or modes"
    weights = torch.arange(1.0, 1 + y.numel(), device=y.device).reshape(y.shape)
    (y * weights).sum().backward()
    added = [None if p.grad is None else p.grad - 1 for p in net.parameters()]
    return y, added, x.grad, changed, entries(net)


def watch_parallel(
    ex: Any, sizes: list[int], rows: int, devices: list[str], codes: dict[str, float]
) -> tuple[list[tuple[str, str, int]], str, list[str], Tensor, int]:
    """Return what replicas saw, and where output and net are then.

    And what is added to each row, if the net is on the CPU, and what the net holds.
    """
    seen: list[Any] = []
    net, x = Probe(*sizes, seen.append, codes), torch.randn(rows, sizes[0])
    with metered(*devices):
        y = ex.data_parallel(net, x, [torch.device(d) for d in devices])
    places, added = [p.device.type for p in net.parameters()], torch.empty(0)
    with suppress(RuntimeError):
        added = (y.cpu() - net.linear(x)).mean(1)
    return seen, str(y.device), places, added, entries(net)


def expect_split(counts: list[int], rows: int, devices: list[str]) -> None:
    most = -(-rows // len(devices))
    reasons = {
        "one device does all the work": len(counts) == 1,
        "a device without rows does not run the network": 0 in counts,
        "what is left over is spread, too": sum(counts) == rows,
    }
    expect_true(
        sum(counts) == rows and 0 not in counts and max(counts) <= most,
        "The rows are not split evenly.",
        expected=say("{rows} rows, at most {most} on a device", rows=rows, most=most),
        got=say("{counts}", counts=counts),
        cause=next((cause for cause, fits in reasons.items() if fits), None),
    )


def draw_net(rng) -> tuple[nn.Module, int]:
    inner, hidden, out = rng.sample(DISTINCT, 3)
    first, last = nn.Linear(inner, hidden), nn.Linear(hidden, out)
    return nn.Sequential(first, nn.Tanh(), last), inner


@pytest.mark.weight(4)
def test_data_parallel_equals_one_device_and_leaves_the_network(sweep, rng):
    net, d = draw_net(rng)
    x, two = torch.randn(6, d), ["cpu", "cpu"]
    y, gradients, _ = run_outside(net, x)
    plain = nn.Sequential(nn.Linear(d, 4), nn.Tanh())
    plain[0].register_forward_hook(lambda _, __, y: 2 * y)
    flat = nn.Sequential(nn.Linear(d, 1), nn.Flatten(0))
    bare = nn.BatchNorm1d(3, affine=False, track_running_stats=False)
    partly = nn.Sequential(nn.Linear(d, 3, bias=False), bare, nn.Linear(3, 2))
    partly[0].weight.requires_grad_(False)
    layer, normal = (nn.Sequential(nn.Linear(d, d), nn.BatchNorm1d(d)) for _ in two)
    reused = nn.Sequential(layer, nn.Tanh(), layer)
    saved, unsaved = (nn.Sequential(nn.Linear(d, d), Counter(b)) for b in (True, False))
    tied = nn.Sequential(nn.Linear(d, d), nn.Tanh(), nn.Linear(d, d))
    tied[2].weight = tied[0].weight
    picky = nn.Sequential(Picky(), nn.Linear(d, 2))
    large = torch.cat([x[1:], torch.full((1, d), 1000.0)])
    shared = "each part meets copies of its own of the buffers, also on one device"

    sweep.cases(
        run_parallel,
        {
            "for rows that divide evenly": (net, x, two),
            "for rows that do not divide evenly": (net, torch.randn(7, d), two),
            "for five devices": (net, torch.randn(13, d), ("cpu",) * 5),
            "for fewer rows than devices": (net, x[:2], ["cpu"] * 4),
            "for one device": (net, x, ["cpu"]),
            "for inputs of three axes": (plain, torch.randn(5, 2, d), two),
            "for outputs of one axis": (flat, x, two),
            "with frozen parameters and none": (partly, x, two),
            "with a buffer": (saved, x, two),
            "with a buffer that is not saved": (unsaved, x, two),
            "with batch normalisation": (normal, x, two),
            "with a parameter that has two names": (tied, x, two),
            "with a layer that is used twice": (reused.eval(), x, two),
            "when the network raises": (picky, large, two),
        },
        call="data_parallel(net, x, ['cpu', 'cpu', …]), then backward",
        fault="data_parallel does not do to a batch what the network does.",
        slips={
            "the parts are not joined in order": lambda got: (
                not torch.allclose(got[0], y, atol=1e-4)
                and torch.allclose(got[0].sum(0), y.sum(0), atol=1e-3)
            ),
            "a deep copy or a detached tensor cuts the graph: the gradient never "
            "reaches net": lambda got: not any(map(torch.any, got[1])),
            "the gradients of the parts are added, not averaged": lambda got: (
                torch.allclose(got[1][0], gradients[0] / 2, atol=1e-3)
            ),
            "replicas stay behind as submodules, or a mode is set": (
                lambda got: got[3] == "its submodules or modes"
            ),
        },
        because={
            "for rows that do not divide evenly": "rows need not divide evenly: none "
            "may be lost, and a part may be smaller",
            "with frozen parameters and none": "a layer without bias holds None in its "
            "place, and a frozen parameter gets no gradient",
            "with a buffer": shared,
            "with batch normalisation": shared,
            "with a buffer that is not saved": "state_dict leaves out buffers that "
            "are not persistent: named_buffers has them",
            "with a layer that is used twice": TWICE,
            "when the network raises": "what is swapped in for a part is swapped back "
            "in `finally`",
        },
    )


@pytest.mark.weight(2)
@on_sim
@pytest.mark.parametrize(
    ("rows", "places"),
    [(7, "cpu sim:0"), (10, "sim:0 sim:0 cpu"), (6, "sim:0" + 3 * " cpu")],
)
def test_data_parallel_runs_each_part_on_its_device(observe, rng, rows, places):
    sizes, devices = rng.sample(DISTINCT, 2), places.split()
    codes = {kind: rng.uniform(1, 9) for kind in ("cpu", "sim")}
    call = say("data_parallel(net, x, {devices}), {n} rows", devices=devices, n=rows)
    causes = {r"multiple values for keys": TWICE}

    seen, place, net_at, added, held = observe(
        watch_parallel, sizes, rows, devices, codes, call=call, causes=causes
    )

    expect_equal(
        sorted({(x_at, w_at) for x_at, w_at, _ in seen}),
        [("cpu", "cpu"), ("sim", "sim")],
        "Parts and replicas are not on the devices given.",
        slips={
            "the network stays where it is: copy its parameters to each device": (
                lambda pairs: pairs == [("cpu", "cpu"), ("sim", "cpu")]
            ),
            "not all are copied: named_buffers has every buffer, and a tied parameter "
            "has two names": (lambda pairs: any(" and " in w_at for _, w_at in pairs)),
            "one device does all the work": lambda pairs: len(pairs) == 1,
        },
    )
    expect_split([count for *_, count in seen], rows, devices)
    expect_equal(place, devices[0], "The outputs are not gathered on the first device.")
    expect_equal(
        net_at,
        ["cpu"] * 3,
        "data_parallel moves the network itself.",
        slips={"net.to(device) moves net: move copies": lambda at: "sim" in at},
    )
    known = entries(Probe(*sizes, None, codes))
    expect_equal(held, known, "data_parallel changes the network.")
    for kind, code in codes.items():
        ran = int(torch.isclose(added, torch.tensor(code), atol=1e-3).sum())
        rows_there = sum(n for at, _, n in seen if at == kind)
        expect_equal(ran, rows_there, "The outputs are not those of the devices given.")


@on_device
@pytest.mark.parametrize("places", ["{0} cpu", "cpu {0}", "{0} {0}"])
def test_data_parallel_runs_on_two_kinds_of_devices(observe, rng, places, device):
    net, inner = draw_net(rng)
    x, devices = torch.randn(7, inner), places.format(device).split()
    call = say("data_parallel(net, x, {devices})", devices=devices)

    y, gradients, gradient, changed, held = observe(
        run_parallel, net, x, devices, call=call
    )

    expected, wanted, last = run_outside(net, x)
    fault = "data_parallel does not give the output of the network."
    expect_close(y, expected, fault, rtol=1e-4, atol=1e-5)
    fault = "The gradients of data_parallel are not those of one device."
    for one, other in zip([*gradients, gradient], [*wanted, last], strict=True):
        expect_close(one, other, fault, rtol=1e-4, atol=1e-4)
    expect_equal(changed, "nothing", "data_parallel changes the network.")
    expect_equal(held, entries(net), "data_parallel changes the network.")
