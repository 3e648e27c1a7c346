"""data_parallel agrees with one device, while each device runs its part."""

from collections.abc import Callable, Sequence
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
    """A linear layer that tells where it runs and how many rows it gets.

    It adds a number that tells where, if all is in one place.
    """

    def __init__(
        self,
        inner: int,
        out: int,
        note: Callable[[Any], None],
        codes: dict[str, float],
    ):
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
        at = x.device.type
        code = self.codes[at] if [*places] == [at] else -1.0
        return self.linear(x.to(self.linear.weight.device)) + code


class Counter(nn.Module):
    """Adds to its input how many rows it has met."""

    def __init__(self, saved: bool) -> None:
        super().__init__()
        self.register_buffer("met", torch.zeros(1), persistent=saved)

    def forward(self, x: Tensor) -> Tensor:
        self.met += len(x)
        return x + self.met


def held_by(net: nn.Module) -> list[Tensor]:
    """Return the objects that stand in a network's places now, parameters or not."""
    return [
        t
        for m in net.modules()
        for t in (*m._parameters.values(), *m._buffers.values())
        if t is not None
    ]


def count(tensors: list[Tensor]) -> Tensor:
    """Return how many entries tensors have, and their sum."""
    sums = [t.detach().double().sum().item() for t in tensors]
    return torch.tensor([sum(t.numel() for t in tensors), sum(sums)])


def run_parallel(
    ex: Any, net: nn.Module, x: Tensor, devices: Sequence[str]
) -> tuple[Tensor, list[Tensor | None], Tensor | None, str, Tensor]:
    """Return the output, gradients of the net and its input, and what of it changed.

    And how many entries the net holds then, and their sum when the tensors that it held
    before are doubled.
    """
    x.requires_grad_()
    names, held = [name for name, _ in net.named_modules()], held_by(net)
    values = [t.detach().clone() for t in held]
    with metered(*devices):
        y = ex.data_parallel(net, x, devices)
    now, changed = held_by(net), "nothing"
    if not all(torch.equal(a, b) for a, b in zip(values, now, strict=False)):
        changed = "the values of its tensors"
    if not all(a is b for a, b in zip(held, now, strict=False)):
        changed = "the tensors that it holds"
    if [name for name, _ in net.named_modules()] != names:
        changed = "its submodules"
    weights = torch.arange(1.0, 1 + y.numel(), device=y.device).reshape(y.shape)
    (y * weights).sum().backward()
    gradients = [p.grad for p in net.parameters()]
    for t in {id(t): t for t in held}.values():
        t.data.mul_(2)
    return y, gradients, x.grad, changed, count(held_by(net))


def watch_parallel(
    ex: Any,
    sizes: list[int],
    rows: list[int],
    devices: list[str],
    codes: dict[str, float],
) -> list[tuple[list[tuple[str, str, int]], str, list[str], Tensor, int]]:
    """For batches of these sizes, what replicas saw, where output and net are then.

    And what is added to each row, if both are where they belong, and how many entries
    the net holds.
    """
    watched = []
    for n in rows:
        seen: list[Any] = []
        net, x = Probe(*sizes, seen.append, codes), torch.randn(n, sizes[0])
        with metered(*devices):
            y = ex.data_parallel(net, x, [torch.device(d) for d in devices])
        here = [p.device.type for p in net.parameters()]
        try:  # refused if one of them is elsewhere
            added = (y - net.linear(x).to(devices[0])).cpu().mean(1)
        except RuntimeError:
            added = torch.empty(0)
        entries = sum(t.numel() for t in held_by(net))
        watched.append((seen, str(y.device), here, added, entries))
    return watched


def expect_split(counts: list[int], rows: int, devices: list[str]) -> None:
    most = -(-rows // len(devices))
    causes = {
        "one device does all the work": len(counts) == 1,
        "a device without rows does not run the network": 0 in counts,
        "what is left over is spread, too": sum(counts) == rows,
    }
    expect_true(
        sum(counts) == rows and 0 not in counts and max(counts) <= most,
        "The rows are not split evenly.",
        expected=say("{rows} rows, at most {most} on a device", rows=rows, most=most),
        got=say("{counts}", counts=counts),
        cause=next((cause for cause, fits in causes.items() if fits), None),
    )


def draw_net(rng) -> tuple[nn.Module, int]:
    inner, hidden, out = rng.sample(DISTINCT, 3)
    first, last = nn.Linear(inner, hidden), nn.Linear(hidden, out)
    return nn.Sequential(first, nn.Tanh(), last), inner


@pytest.mark.weight(2)
def test_data_parallel_equals_one_device(sweep, rng):
    net, d = draw_net(rng)
    x = torch.randn(6, d)
    y, gradients, _ = run_outside(net, x)
    plain, two = nn.Sequential(nn.Linear(d, 4), nn.Tanh()), ["cpu", "cpu"]
    flat = nn.Sequential(nn.Linear(d, 1), nn.Flatten(0))

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
        },
        call="data_parallel(net, x, ['cpu', 'cpu', …]), then backward",
        fault="data_parallel does not do to a batch what the network does.",
        slips={
            "the parts are not joined in order": lambda got: (
                not torch.allclose(got[0], y, atol=1e-4)
                and torch.allclose(got[0].sum(0), y.sum(0), atol=1e-3)
            ),
            "a deep copy or a detached tensor cuts the graph: the gradient never "
            "reaches net": lambda got: got[1] == [None] * len(gradients),
            "the gradients of the parts are added, not averaged": lambda got: (
                torch.allclose(got[1][0], gradients[0] / 2, atol=1e-3)
            ),
            "replicas stay behind as submodules": lambda got: (
                got[3] == "its submodules"
            ),
        },
        because={
            "for rows that do not divide evenly": "rows need not divide evenly: none "
            "may be lost, and a part may be smaller"
        },
    )


@pytest.mark.weight(2)
def test_data_parallel_leaves_the_network_as_it_was(sweep, rng):
    d = rng.choice(DISTINCT)
    x, two = torch.randn(6, d), ["cpu", "cpu"]
    normal = nn.Sequential(nn.Linear(d, d), nn.BatchNorm1d(d))
    layer = nn.Sequential(nn.Linear(d, d), nn.BatchNorm1d(d))
    saved, unsaved = (nn.Sequential(nn.Linear(d, d), Counter(b)) for b in (True, False))
    tied = nn.Sequential(nn.Linear(d, d), nn.Tanh(), nn.Linear(d, d))
    tied[2].weight = tied[0].weight
    sweep.cases(
        run_parallel,
        {
            "with batch normalisation": (normal, x, two),
            "with a buffer": (saved, x, two),
            "with a buffer that is not saved": (unsaved, x, two),
            "with a parameter that has two names": (tied, x, two),
            "with a layer that is used twice": (
                nn.Sequential(layer, nn.Tanh(), layer).eval(),
                x,
                two,
            ),
        },
        call="data_parallel(net, x, ['cpu', 'cpu']), then a look at net",
        fault="data_parallel changes the network, or does not do what it does.",
        slips={
            "the parts write into the network's own buffers: copy them": (
                lambda got: got[3] == "the values of its tensors"
            )
        },
        because={
            "with a buffer": "each part meets copies of its own, also on one device",
            "with a buffer that is not saved": "state_dict leaves out buffers that "
            "are not persistent: named_buffers has them",
            "with a layer that is used twice": TWICE,
        },
    )


def test_data_parallel_splits_the_rows_evenly(observe, rng):
    sizes, devices = rng.sample(DISTINCT, 2), ["cpu"] * 4
    rows = [4 * rng.randrange(2, 50), 6, 11, 4 * rng.randrange(3, 50) - 1, 2]
    call = say("data_parallel(net, x, {devices}), {n} rows", devices=devices, n=rows)

    codes = {"cpu": 0.0}
    watched = observe(watch_parallel, sizes, rows, devices, codes, call=call)

    for n, (seen, *_) in zip(rows, watched, strict=True):
        expect_split([count for *_, count in seen], n, devices)


@pytest.mark.weight(2)
@on_sim
@pytest.mark.parametrize(
    "devices", [["cpu", "sim:0"], ["sim:0", "sim:0", "cpu"]], ids=str
)
def test_data_parallel_runs_each_part_on_its_device(observe, rng, devices):
    sizes = rng.sample(DISTINCT, 2)
    rows = rng.randrange(3, 50) * len(devices) + 1
    call = say("data_parallel(net, x, {devices}), {n} rows", devices=devices, n=rows)
    causes = {r"multiple values for keys": TWICE}

    codes = {kind: rng.uniform(1, 9) for kind in ("cpu", "sim")}
    ((seen, place, net_at, added, entries),) = observe(
        watch_parallel, sizes, [rows], devices, codes, call=call, causes=causes
    )

    expect_equal(
        sorted({(x_at, w_at) for x_at, w_at, _ in seen}),
        [("cpu", "cpu"), ("sim", "sim")],
        "Parts and replicas are not on the devices given.",
        slips={
            "the network stays where it is: copy its parameters to each device": (
                lambda pairs: pairs == [("cpu", "cpu"), ("sim", "cpu")]
            ),
            "buffers are missing among the copies: named_buffers has them all": (
                lambda pairs: any(" and " in w_at for _, w_at in pairs)
            ),
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
    known = sum(t.numel() for t in held_by(Probe(*sizes, print, codes)))
    expect_equal(entries, known, "data_parallel changes the network.")
    ran = [
        torch.isclose(added, torch.tensor(codes[d[:3]])).sum() for d in ("cpu", "sim")
    ]
    most = -(-rows // len(devices))
    expect_true(
        added.shape == (rows,)
        and int(sum(ran)) == rows
        and all(
            0 < n <= most * sum(d.startswith(kind) for d in devices)
            for kind, n in zip(("cpu", "sim"), ran, strict=True)
        ),
        "Parts and replicas are not on the devices given.",
        expected="each part on its device",
        got="outputs of other devices",
    )


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
    fault = "data_parallel changes the network."
    expect_equal(changed, "nothing", fault)
    number, total = count(held_by(net))
    expect_close(held, torch.stack([number, 2 * total]), fault, rtol=1e-5, atol=1e-5)
