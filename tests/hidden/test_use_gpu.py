"""GPUs: devices, moves, waits and memory, on whatever this machine has.

What any accelerator can judge runs on the simulated one, and on a GPU where there is
one. What asks CUDA for counts, clocks and streams is answered by machines that are made
up.
"""

import copy
import gc
import statistics
import threading
import time
import timeit
import weakref
from collections import namedtuple
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from grader import sim
from grader.observe import expect_close, expect_equal, expect_error, expect_true

exercise = pytest.mark.exercise
SIM = pytest.param("sim:0", marks=pytest.mark.sim)
CUDA = pytest.param("cuda:0", marks=pytest.mark.cuda)
on_device = pytest.mark.parametrize("device", [SIM, CUDA])
on_sim = pytest.mark.sim

DISTINCT = range(2, 12)  # sizes to draw from without repeats


class CudaMeter(TorchDispatchMode):
    """Counts a GPU's copies and waits as the simulated accelerator counts its own."""

    def __init__(self) -> None:
        super().__init__()
        self.waits = 0
        self.arrivals = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        name = str(func)  # torch.ops itself cannot be pickled by value
        if name == "aten._local_scalar_dense.default":
            self.waits += args[0].is_cuda
        if name == "aten._to_copy.default":
            self.note(args[0].device, kwargs.get("device") or args[0].device)
        if name == "aten.copy_.default":
            self.note(args[1].device, args[0].device)
        return func(*args, **kwargs)

    def note(self, here: torch.device, there: torch.device) -> None:
        """Count a copy between two kinds of devices."""
        self.waits += here.type == "cuda" and there.type == "cpu"
        self.arrivals += here.type == "cpu" and there.type == "cuda"


def metered(*devices: str) -> Any:
    """Return a block in which devices are there, and their copies and waits counted."""
    if any(device.startswith("cuda") for device in devices):
        return CudaMeter()
    simulated = any(device.startswith("sim") for device in devices)
    return sim.attached() if simulated else nullcontext()


Change = tuple[Any, str, Any]


@contextmanager
def changed(ex: Any, changes: list[Change]) -> Iterator[None]:
    """Replace attributes (owner, name, new), by every name the student gave them."""
    undo: list[Change] = []
    try:
        for owner, name, new in changes:
            if not hasattr(owner, name):  # another version of torch
                continue
            old = getattr(owner, name)
            places = [(owner, name)]
            places += [(ex, mine) for mine, value in vars(ex).items() if value is old]
            for place, spot in places:
                undo.append((place, spot, old))
                setattr(place, spot, new)
        yield
    finally:
        for place, spot, old in reversed(undo):
            setattr(place, spot, old)


def some_gpus(count: int) -> list[Change]:
    """Make torch say that it can use `count` GPUs."""
    first = torch.device("cuda") if count else None
    return [
        (torch.cuda, "device_count", lambda: count),
        (torch.cuda, "is_available", lambda: count > 0),
        (torch.cuda, "init", lambda: None),
        (torch.cuda, "is_initialized", lambda: count > 0),
        (torch.accelerator, "device_count", lambda: count),
        (torch.accelerator, "is_available", lambda: count > 0),
        (torch.accelerator, "current_accelerator", lambda *_, **__: first),
    ]


# try_gpu, num_gpus, try_all_gpus


def name_device(device: Any) -> str:
    """Return a device's name, the CPU without an index, or what it is instead."""
    if not isinstance(device, torch.device):
        return f"no torch.device but a {type(device).__name__}: {device}"
    return "cpu" if device.type == "cpu" else str(device)


def ask_for_gpu(ex: Any, count: int, i: int) -> str:
    with changed(ex, some_gpus(count)):
        return name_device(ex.try_gpu(i))


def ask_for_gpu_by_default(ex: Any, count: int) -> str:
    with changed(ex, some_gpus(count)):
        return name_device(ex.try_gpu())


def ask_for_all(ex: Any, count: int) -> tuple[bool, list[str]]:
    with changed(ex, some_gpus(count)):
        devices = ex.try_all_gpus()
        return isinstance(devices, list), [name_device(d) for d in devices]


def ask_for_number(ex: Any, count: int) -> int:
    with changed(ex, some_gpus(count)):
        return ex.num_gpus()


def gpus(count: int) -> str:
    return {0: "without GPUs", 1: "with one GPU"}.get(count, f"with {count} GPUs")


DEVICE_SLIPS = {
    "torch.device('cuda', i) makes a device; a text is none": (
        lambda name: name.startswith("no torch.device but a str")
    ),
    "a device without an index is whichever is current: write cuda:0": "cuda",
}


@exercise("use_gpu.try_gpu")
@pytest.mark.parametrize("count", [1, 3])
def test_try_gpu_names_the_gpu_asked_for(observe, rng, count):
    i = rng.randrange(1, count) if count > 1 else 0

    name = observe(
        ask_for_gpu,
        count,
        i,
        call=f"try_gpu({i}) {gpus(count)}",
        causes={
            r"device string|device type|Invalid device": (
                "torch's word for a GPU is 'cuda': torch.device('cuda', i)"
            )
        },
    )
    first = observe(ask_for_gpu_by_default, count, call=f"try_gpu() {gpus(count)}")

    fault = "try_gpu does not return the GPU that is asked for."
    slips = {
        **DEVICE_SLIPS,
        "GPUs count from 0: GPU i is there when i < num_gpus()": "cpu",
        "the number asked for does not count": "cuda:0",
    }
    expect_equal(name, f"cuda:{i}", fault, slips=slips)
    expect_equal(first, "cuda:0", fault, slips=slips)


@exercise("use_gpu.try_gpu")
@pytest.mark.parametrize("count", [0, 1, 3])
def test_try_gpu_falls_back_to_the_cpu(observe, rng, count):
    beyond = count + rng.choice([1, 5])

    next_one = observe(
        ask_for_gpu, count, count, call=f"try_gpu({count}) {gpus(count)}"
    )
    far = observe(ask_for_gpu, count, beyond, call=f"try_gpu({beyond}) {gpus(count)}")

    fault = "try_gpu does not fall back to the CPU when there is no such GPU."
    named = "a GPU that is not there was named: compare i with num_gpus()"
    slips = {named: lambda name: name.startswith("cuda")}
    expect_equal(far, "cpu", fault, slips=slips)
    last = "GPUs count from 0: the last one is num_gpus() - 1"
    expect_equal(next_one, "cpu", fault, slips={last: f"cuda:{count}"})


@exercise("use_gpu.try_gpu")
@pytest.mark.parametrize("count", [0, 2])
def test_try_gpu_refuses_a_negative_number(observe, rng, count):
    i = -rng.choice([1, 2, 3])

    raised = observe.error(ask_for_gpu, count, i, call=f"try_gpu({i}) {gpus(count)}")

    expect_error(
        raised,
        ValueError,
        "try_gpu takes a negative number.",
        cause="a negative i is smaller than every count: check it on its own",
    )


@exercise("use_gpu.try_gpu")
@pytest.mark.parametrize("count", [0, 1, 3])
def test_num_gpus_counts_all(observe, count):
    number = observe(ask_for_number, count, call=f"num_gpus() {gpus(count)}")

    expect_equal(
        number,
        count,
        "num_gpus does not give the number of GPUs.",
        slips={"is_available says whether there is one, not how many there are": 1},
    )


@exercise("use_gpu.try_gpu")
@pytest.mark.parametrize("count", [0, 1, 3])
def test_try_all_gpus_is_never_empty(observe, count):
    is_list, names = observe(ask_for_all, count, call=f"try_all_gpus() {gpus(count)}")

    expect_true(
        is_list,
        "try_all_gpus does not return a list.",
        expected="a list",
        got="something else",
    )
    expect_equal(
        names,
        [f"cuda:{i}" for i in range(count)] or ["cpu"],
        "try_all_gpus does not list all GPUs, or the CPU if there is none.",
        slips={
            "without a GPU the list is empty: fall back to [torch.device('cpu')]": [],
            "the CPU is listed only if there is no GPU": (
                lambda names: len(names) > 1 and "cpu" in names
            ),
            "the last GPU is num_gpus() - 1": (
                lambda names: len(names) in (count - 1, count + 1)
            ),
            "a device without an index is whichever is current: write cuda:0": (
                lambda names: "cuda" in names
            ),
        },
    )


def put_on_every_device(ex: Any) -> tuple[int, list[str], str]:
    devices = [torch.ones(1, device=d).device for d in ex.try_all_gpus()]
    return ex.num_gpus(), list(map(str, devices)), str(ex.try_gpu(0))


@exercise("use_gpu.try_gpu")
@pytest.mark.cuda
def test_the_gpus_found_hold_tensors(observe):
    count, names, first = observe(
        put_on_every_device, call="a tensor on each of try_all_gpus()"
    )

    fault = "The devices found are not the GPUs of this machine."
    expect_true(count > 0, fault, expected="one GPU or more", got=f"{count}")
    expect_equal(names, [f"cuda:{i}" for i in range(len(names))], fault)
    expect_equal(len(names), count, "num_gpus and try_all_gpus do not agree.")
    expect_equal(first, "cuda:0", fault)


# to_device


Pair = namedtuple("Pair", "inputs targets")


@dataclass(frozen=True)
class Sample:
    """A batch as a dataclass holds it."""

    image: Tensor
    label: Any


class Thing:
    """Something that is no tensor and no container."""


def leaves_of(batch: Any) -> list[Any]:
    """Return the parts of a nested batch that are no containers, in order."""
    if isinstance(batch, dict):
        return [leaf for value in batch.values() for leaf in leaves_of(value)]
    if isinstance(batch, (list, tuple)):
        return [leaf for value in batch for leaf in leaves_of(value)]
    if type(batch).__name__ == "Sample":
        return [*leaves_of(batch.image), *leaves_of(batch.label)]
    return [batch]


def outline(batch: Any) -> str:
    """Return the classes, keys, dtypes and shapes of a nested batch."""
    if isinstance(batch, Tensor):
        kind = str(batch.dtype).removeprefix("torch.")
        return f"{kind}{list(batch.shape)}"
    name = type(batch).__name__
    if isinstance(batch, dict):
        return f"{name}({', '.join(f'{k}={outline(v)}' for k, v in batch.items())})"
    if isinstance(batch, (list, tuple)):
        return f"{name}({', '.join(map(outline, batch))})"
    if name == "Sample":
        return f"{name}({outline(batch.image)}, {outline(batch.label)})"
    return repr(batch) if isinstance(batch, (str, int, float, type(None))) else name


def tensors_of(batch: Any) -> list[Tensor]:
    return [leaf for leaf in leaves_of(batch) if isinstance(leaf, Tensor)]


def places_of(batch: Any) -> list[str]:
    return [str(t.device) for t in tensors_of(batch)]


def move(
    ex: Any, batch: Any, device: str
) -> tuple[str, list[str], list[Tensor], str, list[str]]:
    """Return what is like after a move: form, places, values; the same of the batch."""
    with metered(device):
        moved = ex.to_device(batch, torch.device(device))
    form, places = outline(moved), places_of(moved)
    return form, places, tensors_of(moved), outline(batch), places_of(batch)


def move_by_name(ex: Any, batch: Any, device: str) -> list[str]:
    with metered(device):
        return places_of(ex.to_device(batch, device))


def move_what_is_there(
    ex: Any, sizes: list[int], device: str
) -> tuple[bool, bool, bool, int, int]:
    """Return whether three objects came back themselves, and the moves and waits."""
    thing = Thing()
    with metered(device) as meter:
        here, there = torch.zeros(sizes), torch.zeros(sizes, device=device)
        kept = ex.to_device({"tensor": there, "things": [thing]}, device)
        stayed = ex.to_device(here, torch.device("cpu"))
        before = meter.arrivals
        ex.to_device([here, there, {"deep": (here.clone(), there)}], device)
        moves, waits = meter.arrivals - before, meter.waits
    same = kept["tensor"] is there, stayed is here, kept["things"][0] is thing
    return *same, moves, waits


def draw_tensor(rng) -> Tensor:
    t = torch.randn(rng.sample(DISTINCT, rng.choice([1, 2])))
    return rng.choice([t, t.double(), t.long(), t > 0])


KINDS: dict[str, Callable[..., Any]] = {
    "tensor": lambda a, _: a,
    "list": lambda a, b: [a, b],
    "tuple": lambda a, b: (a, b),
    "dict": lambda a, b: {"b": b, "a": a},
    "named_tuple": Pair,
    "dataclass": Sample,
    "nested": lambda a, b: {"x": [(a, {"deep": [b]})], "pair": Pair(a, [Sample(b, a)])},
    "empty": lambda a, _: [[], (), {}, a],
}


@exercise("use_gpu.to_device", weight=2)
@on_device
@pytest.mark.parametrize("kind", KINDS)
def test_to_device_moves_every_tensor(observe, rng, kind, device):
    batch = KINDS[kind](draw_tensor(rng), draw_tensor(rng))
    tensors = tensors_of(batch)

    form, places, values, _, _ = observe(
        move,
        batch,
        device,
        call=f"to_device({outline(batch)}, {device!r})",
        causes={
            r"FrozenInstanceError": (
                "a frozen dataclass cannot be assigned to: make a new one"
            ),
            r"TypeError: .*Pair\b.* argument": (
                "a named tuple takes its parts one by one: type(batch)(*parts)"
            ),
        },
    )

    expect_equal(
        form,
        outline(batch),
        "to_device does not build the batch alike.",
        slips={
            "a named tuple is a class of its own, not a tuple": (
                lambda form: "Pair(" in outline(batch) and "Pair(" not in form
            ),
            "a dataclass stays an instance of its class": (
                lambda form: "Sample(" in outline(batch) and "Sample(" not in form
            ),
            "a tuple stays a tuple, a list a list": (
                lambda form: (
                    form.replace("tuple(", "list(")
                    == outline(batch).replace("tuple(", "list(")
                )
            ),
            "a tensor keeps its dtype": (
                lambda form: form.count("float32") > outline(batch).count("float32")
            ),
        },
    )
    expect_equal(
        places,
        [device] * len(tensors),
        "to_device leaves tensors where they were.",
        slips={
            "t.to(device) returns the moved tensor; t itself does not move": (
                lambda places: set(places) == {"cpu"} and kind in ("tensor", "list")
            ),
            "tensors in a dataclass, or in a container inside another, stay behind": (
                lambda places: "cpu" in places
            ),
        },
    )
    expect_equal(values, tensors, "Values change on their way to the device.")


@exercise("use_gpu.to_device")
@on_device
def test_to_device_takes_a_devices_name(observe, rng, device):
    name = device.removesuffix(":0")

    places = observe(
        move_by_name, [draw_tensor(rng)], name, call=f"to_device([x], {name!r})"
    )

    expect_equal(places, [device], "to_device does not take a device's name.")


@exercise("use_gpu.to_device")
@on_sim
@pytest.mark.parametrize("kind", ["list", "dict", "nested", "dataclass"])
def test_to_device_leaves_the_callers_batch_alone(observe, rng, kind):
    batch = KINDS[kind](draw_tensor(rng), draw_tensor(rng))

    *_, form, places = observe(
        move,
        batch,
        "sim:0",
        call=f"batch = {outline(batch)}; to_device(batch, 'sim:0'); batch",
    )

    fault = "to_device changes the caller's batch."
    expect_equal(form, outline(batch), fault)
    expect_equal(
        places,
        places_of(batch),
        fault,
        slips={
            "moved tensors are written into the caller's containers: build new ones": (
                lambda places: "sim:0" in places
            )
        },
    )


@exercise("use_gpu.to_device")
@on_sim
@pytest.mark.parametrize(
    "other",
    [
        *(None, 7, 2.5, True, "some text"),
        *({"name": "a", "ids": [1, "b", None]}, ("a", []), Sample),
    ],
    ids=["none", "int", "float", "bool", "text", "dict", "tuple", "class"],
)
def test_to_device_keeps_what_is_no_tensor(observe, rng, other):
    batch = [draw_tensor(rng), other]

    form, places, *_ = observe(
        move,
        batch,
        "sim:0",
        call=f"to_device({outline(batch)}, 'sim:0')",
        causes={
            r"(AttributeError|TypeError): .*(Sample|image|type|class)": (
                "is_dataclass is true of the class itself, too: it holds no values"
            )
        }
        if other is Sample
        else {},
    )

    expect_equal(
        form,
        outline(batch),
        "to_device does not keep what is no tensor.",
        slips={
            "what is no tensor is dropped": lambda form: len(form) < len(outline(batch))
        },
    )
    expect_equal(places, ["sim:0"], "to_device leaves tensors where they were.")


@exercise("use_gpu.to_device", weight=2)
@on_device
def test_to_device_copies_only_what_is_elsewhere(observe, rng, device):
    there, here, thing, moves, waits = observe(
        move_what_is_there,
        rng.sample(DISTINCT, 2),
        device,
        call="to_device of tensors that are on the device, and of other objects",
    )

    expect_true(
        there and here,
        "to_device copies a tensor that is on the device already.",
        expected="the tensor itself",
        got="another tensor",
        cause="clone, copy=True and torch.tensor always copy; t.to(device) does not",
    )
    expect_true(
        thing,
        "to_device copies what is no tensor.",
        expected="the object itself",
        got="another object",
    )
    expect_equal(moves, 2, "to_device does not move each tensor once.")
    expect_equal(waits, 0, "to_device brings values back to the host.")


# train_epoch


class Reporter(nn.Module):
    """A linear layer that notes where its inputs are and in which mode it runs."""

    def __init__(self, inner: int, out: int, device: str):
        super().__init__()
        self.linear = nn.Linear(inner, out, device=device)
        self.places: list[str] = []
        self.modes: list[bool] = []

    def forward(self, x: Tensor) -> Tensor:
        self.places.append(x.device.type)
        self.modes.append(self.training)
        return self.linear(x.to(self.linear.weight.device))


class Graph:
    """Lives as long as the autograd graph that holds it."""


class Tag(torch.autograd.Function):
    """The identity, whose node in the graph holds a `Graph`."""

    @staticmethod
    def forward(ctx, x, graphs):
        ctx.graph = Graph()
        graphs.add(ctx.graph)
        return x.clone()

    @staticmethod
    def backward(_, gradient):
        return gradient, None


Batches = list[tuple[Tensor, Tensor]]


def run_epoch(
    ex: Any, net: nn.Module, batches: Batches, lr: float, device: str
) -> tuple[float, list[Tensor]]:
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)
    loss = ex.train_epoch(net, batches, nn.MSELoss(), optimizer, torch.device(device))
    return loss, [p.detach() for p in net.parameters()]


def run_epoch_on_device(
    ex: Any, net: nn.Module, batches: Batches, lr: float, device: str
) -> tuple[float, list[Tensor], int]:
    """Return loss and parameters, and how often the host waited for the device."""
    net.to(device)
    with metered(device) as meter:
        loss, parameters = run_epoch(ex, net, batches, lr, device)
        waits = meter.waits
    return loss, parameters, waits


def run_epoch_with_old_gradients(
    ex: Any, net: nn.Module, batches: Batches, lr: float
) -> list[Tensor]:
    for p in net.parameters():
        p.grad = torch.ones_like(p)
    return run_epoch(ex, net, batches, lr, "cpu")[1]


def run_epoch_from_generator(
    ex: Any, net: nn.Module, batches: Batches, lr: float
) -> float:
    return run_epoch(ex, net, (pair for pair in batches), lr, "cpu")[0]


def watch_epoch(
    ex: Any, sizes: list[int], batches: Batches, device: str, by_name: bool
) -> tuple[list[str], list[str], list[bool]]:
    """Return where inputs and targets were, and the modes of the network."""
    targets_at = []

    def loss_fn(output: Tensor, target: Tensor) -> Tensor:
        targets_at.append(target.device.type)
        return nn.functional.mse_loss(output, target.to(output.device))

    with metered(device):
        net = Reporter(*sizes, device=device).eval()
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
        place = device if by_name else torch.device(device)
        ex.train_epoch(net, batches, loss_fn, optimizer, place)
    return net.places, targets_at, net.modes


def graphs_alive(ex: Any, net: nn.Module, batches: Batches) -> list[int]:
    """Return the number of graphs that are alive whenever a batch is asked for."""
    graphs: weakref.WeakSet[Graph] = weakref.WeakSet()
    counts = []

    def loader() -> Iterator[tuple[Tensor, Tensor]]:
        for pair in batches:
            counts.append(len(graphs))
            yield pair
        counts.append(len(graphs))

    def loss_fn(output: Tensor, target: Tensor) -> Tensor:
        return nn.functional.mse_loss(Tag.apply(output, graphs), target)

    optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
    ex.train_epoch(net, loader(), loss_fn, optimizer, "cpu")
    return counts


def draw_batches(rng, count: int) -> tuple[list[int], Batches]:
    """Return the sizes (inner, out) and batches of different lengths."""
    inner, out, *lengths = rng.sample(DISTINCT, 2 + count)
    pairs = [(torch.randn(n, inner), torch.randn(n, out)) for n in lengths]
    return [inner, out], pairs


def train_outside(
    net: nn.Module, batches: Batches, lr: float, forget: bool = True
) -> tuple[list[float], list[Tensor]]:
    """Return each batch's loss and the parameters at the end."""
    net = copy.deepcopy(net)
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)
    losses = []
    for x, y in batches:
        loss = nn.functional.mse_loss(net(x), y)
        if forget:
            optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses, [p.detach() for p in net.parameters()]


def expect_loss(loss: float, losses: list[float], batches: Batches) -> None:
    lengths = [len(x) for x, _ in batches]
    weighted = sum(a * n for a, n in zip(losses, lengths, strict=True)) / sum(lengths)
    expect_close(
        torch.tensor(loss, dtype=torch.float64),
        torch.tensor(statistics.mean(losses), dtype=torch.float64),
        "train_epoch does not return the mean of the batches' losses.",
        slips={
            "the sum is returned": close_to(sum(losses)),
            "the last batch's loss is returned": close_to(losses[-1]),
            "batches count alike, whatever their sizes": close_to(weighted),
            "the sum is divided by the number of examples": close_to(
                sum(losses) / sum(lengths)
            ),
        },
        rtol=1e-4,
        atol=1e-5,
    )


def close_to(value: float) -> Callable[[Tensor], bool]:
    return lambda got: abs(float(got) - value) <= 1e-4 * abs(value)


def expect_parameters(
    got: list[Tensor],
    expected: list[Tensor],
    fault: str,
    slips: dict[str, list[Tensor]],
) -> None:
    """Expect parameters up to rounding; slips give the parameters they lead to."""
    expect_equal(len(got), len(expected), fault)

    def fit(others: list[Tensor]) -> bool:
        return all(
            a.shape == b.shape
            and a.dtype == b.dtype
            and torch.allclose(a, b, rtol=1e-4, atol=1e-5)
            for a, b in zip(got, others, strict=True)
        )

    cause = next((cause for cause, others in slips.items() if fit(others)), None)
    expect_true(
        fit(expected),
        fault,
        expected="the parameters after one step of SGD for each batch",
        got="others",
        cause=cause,
    )


@exercise("use_gpu.train_epoch", weight=2)
def test_train_epoch_makes_a_step_for_each_batch(observe, rng):
    (inner, out), batches = draw_batches(rng, 4)
    net = nn.Linear(inner, out)

    loss, parameters = observe(
        run_epoch, net, batches, 0.1, "cpu", call="train_epoch on four batches, SGD"
    )

    losses, expected = train_outside(net, batches, 0.1)
    _, piled_up = train_outside(net, batches, 0.1, forget=False)
    expect_parameters(
        parameters,
        expected,
        "train_epoch does not train the network as it should.",
        {
            "gradients of earlier batches add up: optimizer.zero_grad()": piled_up,
            "the parameters never change: backward, then optimizer.step()": [
                p.detach() for p in net.parameters()
            ],
            "the first batch alone is used": train_outside(net, batches[:1], 0.1)[1],
        },
    )
    expect_loss(loss, losses, batches)


@exercise("use_gpu.train_epoch", weight=2)
@on_sim
@pytest.mark.parametrize("by_name", [False, True], ids=["device", "name"])
def test_train_epoch_moves_inputs_and_targets(observe, rng, by_name):
    sizes, batches = draw_batches(rng, 3)

    inputs_at, targets_at, _ = observe(
        watch_epoch,
        sizes,
        batches,
        "sim:0",
        by_name,
        call="train_epoch on CPU batches, the network and device on 'sim:0'",
    )

    lost = {
        "x.to(device) returns the moved tensor; x itself does not move": ["cpu"] * 3
    }
    expect_equal(
        inputs_at,
        ["sim"] * 3,
        "train_epoch does not move the inputs to the device.",
        slips=lost,
    )
    expect_equal(
        targets_at,
        ["sim"] * 3,
        "train_epoch does not move the targets to the device.",
        slips=lost,
    )


@exercise("use_gpu.train_epoch", weight=2)
@on_device
def test_train_epoch_trains_on_the_device_and_waits_once(observe, rng, device):
    count = rng.choice([3, 5, 6])
    (inner, out), batches = draw_batches(rng, count)
    net = nn.Sequential(nn.Linear(inner, 4), nn.Tanh(), nn.Linear(4, out))

    loss, parameters, waits = observe(
        run_epoch_on_device,
        net,
        batches,
        0.1,
        device,
        call=f"train_epoch on {device!r}, {count} batches",
    )

    losses, expected = train_outside(net, batches, 0.1)
    fault = "train_epoch does not train on the device as it does on the CPU."
    expect_parameters(parameters, expected, fault, {})
    expect_loss(loss, losses, batches)
    often = "item, float, cpu or a print of the loss in the loop waits at every step"
    expect_true(
        waits <= 1,
        "train_epoch waits for the device more than once in an epoch.",
        expected="1 wait",
        got=f"{waits}",
        cause=often if waits >= count else None,
    )


@exercise("use_gpu.train_epoch")
def test_train_epoch_lets_graphs_go(observe, rng):
    (inner, out), batches = draw_batches(rng, 6)

    counts = observe(
        graphs_alive, nn.Linear(inner, out), batches, call="train_epoch, 6 batches"
    )

    most = max(counts, default=0)
    expect_true(
        most <= 2,
        "train_epoch keeps the graphs of all batches alive.",
        expected="at most the last batch's graph",
        got=f"{most} graphs at once",
        cause="loss holds its whole graph: add up or keep loss.detach()",
    )


@exercise("use_gpu.train_epoch")
def test_train_epoch_trains_in_training_mode(observe, rng):
    sizes, batches = draw_batches(rng, 2)

    _, _, modes = observe(
        watch_epoch,
        sizes,
        batches,
        "cpu",
        False,
        call="net.eval(); train_epoch(net, …)",
    )

    expect_equal(
        modes,
        [True, True],
        "train_epoch does not put the network in training mode.",
        slips={"call net.train() first": [False, False]},
    )


@exercise("use_gpu.train_epoch")
def test_train_epoch_does_not_use_old_gradients(observe, rng):
    (inner, out), batches = draw_batches(rng, 3)
    net = nn.Linear(inner, out)

    parameters = observe(
        run_epoch_with_old_gradients,
        net,
        batches,
        0.1,
        call="train_epoch on a network that has gradients from before",
    )

    _, expected = train_outside(net, batches, 0.1)
    expect_parameters(
        parameters,
        expected,
        "Gradients from before the epoch count in train_epoch.",
        {
            "zero_grad comes before backward, in the first step too": first_step_too(
                net, batches, 0.1
            )
        },
    )


def first_step_too(net: nn.Module, batches: Batches, lr: float) -> list[Tensor]:
    """Return the parameters if gradients of one are added in the first step."""
    net = copy.deepcopy(net)
    (x, y), *rest = batches
    for p in net.parameters():
        p.grad = torch.ones_like(p)
    nn.functional.mse_loss(net(x), y).backward()
    torch.optim.SGD(net.parameters(), lr=lr).step()
    return train_outside(net, rest, lr)[1]


@exercise("use_gpu.train_epoch")
def test_train_epoch_takes_a_loader_without_length(observe, rng):
    (inner, out), batches = draw_batches(rng, 3)
    net = nn.Linear(inner, out)

    loss = observe(
        run_epoch_from_generator,
        net,
        batches,
        0.1,
        call="train_epoch with a generator of three batches",
        causes={
            r"TypeError: .*(has no len|not subscriptable)": (
                "count the batches as they come: a generator has no len()"
            )
        },
    )

    expect_loss(loss, train_outside(net, batches, 0.1)[0], batches)


@exercise("use_gpu.train_epoch")
def test_train_epoch_refuses_an_empty_loader(observe):
    raised = observe.error(
        run_epoch, nn.Linear(2, 1), [], 0.1, "cpu", call="train_epoch with no batches"
    )

    expect_error(raised, ValueError, "train_epoch takes an empty loader.")


# time_op


LAUNCH = 0.001  # seconds that the made-up host needs to start work on a GPU


class Machine:
    """A made-up host and its GPUs, whose clocks only work moves."""

    def __init__(self, start: float) -> None:
        self.now = start
        self.ready = [0.0, 0.0]
        self.current = 0

    def work(self, seconds: float) -> None:
        """Keep the host busy."""
        self.now += seconds

    def launch(self, index: int, seconds: float) -> None:
        """Give a GPU work; the host does not wait for it."""
        self.now += LAUNCH
        self.ready[index] = max(self.ready[index], self.now) + seconds

    def index_of(self, device: Any) -> int:
        """Return the number of the GPU that is meant; None is the current one."""
        if isinstance(device, int):
            return device
        index = None if device is None else torch.device(device).index
        return self.current if index is None else index

    def synchronize(self, device: Any = None) -> None:
        """Wait for one GPU."""
        self.now = max(self.now, self.ready[self.index_of(device)])


class Stream:
    """What a `Machine` gives for `torch.cuda.current_stream`."""

    def __init__(self, machine: Machine, index: int) -> None:
        self.machine, self.index = machine, index

    def synchronize(self) -> None:
        self.machine.synchronize(self.index)

    def record_event(self, event: Any = None) -> Any:
        event = event or Event(self.machine)
        event.record(self)
        return event


class Event:
    """What a `Machine` gives for `torch.cuda.Event`."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.time = 0.0

    def record(self, stream: Stream | None = None) -> None:
        index = self.machine.current if stream is None else stream.index
        self.time = max(self.machine.now, self.machine.ready[index])

    def synchronize(self) -> None:
        self.machine.now = max(self.machine.now, self.time)

    wait = synchronize

    def query(self) -> bool:
        return self.machine.now >= self.time

    def elapsed_time(self, end: "Event") -> float:
        return 1000 * (end.time - self.time)


@contextmanager
def on_gpu(machine: Any, device: Any) -> Iterator[None]:
    """Do what `torch.cuda.device` does."""
    before, machine.current = machine.current, machine.index_of(device)
    try:
        yield
    finally:
        machine.current = before


def clocks(machine: Machine) -> list[Change]:
    """Return the changes that make a machine's clock the only one.

    The clocks that count a process's own work stand still: it sleeps, or a GPU works.
    """

    def seconds() -> float:
        return machine.now

    def nanoseconds() -> int:
        return round(machine.now * 1e9)

    walls = ["perf_counter", "monotonic", "time"]
    own = ["process_time", "thread_time"]
    return [
        *((time, name, seconds) for name in walls),
        *((time, f"{name}_ns", nanoseconds) for name in walls),
        *((time, name, lambda: 1.0) for name in own),
        *((time, f"{name}_ns", lambda: 10**9) for name in own),
        (timeit, "default_timer", seconds),
        (timeit.Timer.__init__, "__defaults__", ("pass", "pass", seconds, None)),
        (timeit.timeit, "__defaults__", ("pass", "pass", seconds, 1_000_000, None)),
        (timeit.repeat, "__defaults__", ("pass", "pass", seconds, 5, 1_000_000, None)),
    ]


def no_gpus() -> list[Change]:
    """Return the changes that make torch one without CUDA."""

    def refuse(*_: Any) -> None:
        raise AssertionError("Torch not compiled with CUDA enabled")

    return [
        *some_gpus(0),
        (torch.cuda, "synchronize", refuse),
        (torch.accelerator, "synchronize", refuse),
    ]


def made_up_gpus(machine: Machine) -> list[Change]:
    """Return the changes that make a machine's GPUs torch's."""

    def stream(device: Any = None) -> Stream:
        return Stream(machine, machine.index_of(device))

    def event(*_: Any, **__: Any) -> Event:
        return Event(machine)

    def device(index: Any) -> Any:
        return on_gpu(machine, index)

    def set_device(index: Any) -> None:
        machine.current = machine.index_of(index)

    return [
        *some_gpus(2),
        (torch.cuda, "synchronize", machine.synchronize),
        (torch.accelerator, "synchronize", machine.synchronize),
        (torch.cuda, "current_stream", stream),
        (torch.cuda, "default_stream", stream),
        (torch.accelerator, "current_stream", stream),
        (torch.cuda, "Event", event),
        (torch, "Event", event),
        (torch.cuda, "device", device),
        (torch.accelerator, "device_index", device),
        (torch.cuda, "set_device", set_device),
        (torch.accelerator, "set_device_index", set_device),
        (torch.cuda, "current_device", lambda: machine.current),
        (torch.accelerator, "current_device_index", lambda: machine.current),
    ]


def time_on_cpu(
    ex: Any, start: float, seconds: list[float], warmup: int
) -> tuple[float, int]:
    """Return what `time_op` measured, and how often it called `fn`."""
    machine = Machine(start)
    left = list(seconds)

    def fn() -> None:
        machine.work(left.pop(0) if left else 50.0)
        calls.append(1)

    calls: list[int] = []
    with changed(ex, [*clocks(machine), *no_gpus()]):
        measured = ex.time_op(fn, "cpu", warmup=warmup, repeat=len(seconds) - warmup)
    return measured, len(calls)


def time_on_gpu(
    ex: Any, start: float, seconds: list[float], warmup: int, device: Any
) -> float:
    machine = Machine(start)
    left = list(seconds)
    index = machine.index_of(device)

    def fn() -> None:
        machine.launch(index, left.pop(0) if left else 50.0)

    with changed(ex, [*clocks(machine), *made_up_gpus(machine)]):
        return ex.time_op(fn, device, warmup=warmup, repeat=len(seconds) - warmup)


def time_on_sim(
    ex: Any, start: float, seconds: list[float], warmup: int
) -> tuple[float, int]:
    """Return what `time_op` measured on a device without CUDA, and its calls."""
    machine = Machine(start)
    left = list(seconds)
    calls: list[int] = []

    def fn() -> None:
        x.add_(1)
        machine.work(left.pop(0) if left else 50.0)
        calls.append(1)

    with metered("sim:0"), changed(ex, clocks(machine)):
        x = torch.zeros(3, device="sim:0")
        measured = ex.time_op(
            fn, torch.device("sim:0"), warmup=warmup, repeat=len(seconds) - warmup
        )
    return measured, len(calls)


def time_nothing(ex: Any, warmup: int, repeat: int) -> float:
    return ex.time_op(lambda: None, "cpu", warmup=warmup, repeat=repeat)


def count_default_calls(ex: Any) -> int:
    calls: list[int] = []
    with changed(ex, no_gpus()):
        ex.time_op(lambda: calls.append(1), torch.device("cpu"))
    return len(calls)


def time_sleeping_gpu(ex: Any, repeat: int) -> tuple[float, list[float]]:
    """Return what `time_op` measured, and the GPU's own times in seconds."""
    pairs: list[Any] = []

    def fn() -> None:
        start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        start.record()
        torch.cuda._sleep(20_000_000)  # cycles: some 10 ms
        end.record()
        pairs.append((start, end))

    measured = ex.time_op(fn, "cuda", warmup=2, repeat=repeat)
    torch.cuda.synchronize()
    return measured, [a.elapsed_time(b) / 1000 for a, b in pairs[2:]]


def expect_seconds(
    measured: float, seconds: list[float], warmup: int, slips: dict[str, float]
) -> None:
    """Expect the median of what follows the warm-up."""
    causes = {cause: within_a_microsecond(value) for cause, value in slips.items()}
    expect_close(
        torch.tensor(measured, dtype=torch.float64),
        torch.tensor(statistics.median(seconds[warmup:]), dtype=torch.float64),
        "time_op does not give the median time of a call.",
        slips=causes,
        rtol=0,
        atol=1e-6,
    )


def within_a_microsecond(value: float) -> Callable[[Tensor], bool]:
    return lambda got: abs(float(got) - value) < 1e-6


def draw_seconds(rng, warmup: int, repeat: int) -> list[float]:
    """Return times of which all means, sums and medians differ: slow warm-ups first.

    The first measured call is the shortest, the second far longer than the rest; the
    one in the middle is the second shortest, so that unsorted times show.
    """
    times = rng.sample(range(30, 60), max(repeat - 2, 0))
    if repeat > 3:
        shortest, middle = times.index(min(times)), repeat // 2 - 2
        times[shortest], times[middle] = times[middle], times[shortest]
    edges = [20, 900][:repeat]
    cold = rng.sample(range(2000, 3000), warmup)
    return [t / 100 for t in [*cold, *edges, *times]]


@exercise("use_gpu.time_op", weight=2)
@pytest.mark.parametrize(("warmup", "repeat"), [(1, 1), (2, 5), (3, 8), (0, 3)])
def test_time_op_gives_the_median_of_single_calls(observe, rng, warmup, repeat):
    seconds = draw_seconds(rng, warmup, repeat)

    measured, calls = observe(
        time_on_cpu,
        rng.uniform(1, 1000),
        seconds,
        warmup,
        call=f"time_op(fn, 'cpu', warmup={warmup}, repeat={repeat})",
    )

    ordered = sorted(seconds[warmup:])
    expect_seconds(
        measured,
        seconds,
        warmup,
        {
            "the mean follows every outlier, the median does not": statistics.mean(
                ordered
            ),
            "the warm-up is measured too": statistics.median(seconds),
            "the mean of all calls, the warm-up too": statistics.mean(seconds),
            "the sum of all calls": sum(ordered),
            "the shortest time is no median": ordered[0],
            "the longest time is no median": ordered[-1],
            "of an even number of times, the median is the mean of the two in the "
            "middle": ordered[repeat // 2],
            "of an even number of times the median is the mean of the middle two": (
                ordered[(repeat - 1) // 2]
            ),
            "the times are not sorted": seconds[warmup:][repeat // 2],
            "process_time and thread_time stand still while the host waits": 0.0,
            "milliseconds, not seconds": 1000 * statistics.median(ordered),
        },
    )
    expect_equal(
        calls,
        warmup + repeat,
        "time_op does not call fn warmup + repeat times.",
        slips={"the warm-up is left out": repeat},
    )


GPU_SLIPS = {
    "a GPU works on after the call: synchronise before the clock is read": LAUNCH
}


@exercise("use_gpu.time_op", weight=2)
@pytest.mark.parametrize("device", ["cuda", "cuda:0", torch.device("cuda", 0)], ids=str)
def test_time_op_waits_for_the_gpu_before_it_reads_the_clock(observe, rng, device):
    repeat = rng.choice([3, 5, 7])
    seconds = draw_seconds(rng, 2, repeat)

    measured = observe(
        time_on_gpu,
        rng.uniform(1, 1000),
        seconds,
        2,
        device,
        call=f"time_op(fn, {device!r}, warmup=2, repeat={repeat})",
    )

    expect_seconds(measured, [s + LAUNCH for s in seconds], 2, GPU_SLIPS)


@exercise("use_gpu.time_op")
def test_time_op_waits_for_the_warm_up_to_end(observe, rng):
    seconds = draw_seconds(rng, 2, 1)

    measured = observe(
        time_on_gpu,
        rng.uniform(1, 1000),
        seconds,
        2,
        torch.device("cuda", 0),
        call="time_op(fn, 'cuda:0', warmup=2, repeat=1)",
    )

    late = "the warm-up still runs when the clock starts: synchronise before it too"
    # both warm-up calls run on, save the two launches that they overlap with
    running = sum(seconds) - LAUNCH
    expect_seconds(
        measured,
        [s + LAUNCH for s in seconds],
        2,
        {**GPU_SLIPS, late: running},
    )


@exercise("use_gpu.time_op")
def test_time_op_waits_for_the_gpu_that_is_meant(observe, rng):
    seconds = draw_seconds(rng, 1, 3)

    measured = observe(
        time_on_gpu,
        rng.uniform(1, 1000),
        seconds,
        1,
        torch.device("cuda", 1),
        call="time_op(fn, 'cuda:1') while cuda:0 is the current device",
    )

    other = "synchronize() waits for the current GPU alone: pass it the device"
    expect_seconds(measured, [s + LAUNCH for s in seconds], 1, {other: LAUNCH})


@exercise("use_gpu.time_op")
def test_time_op_needs_no_gpu(observe):
    calls = observe(
        count_default_calls,
        call="time_op(fn, torch.device('cpu'))",
        causes={
            r"CUDA": (
                "torch.cuda.synchronize is for CUDA devices: look at device.type first"
            )
        },
    )

    expect_equal(calls, 13, "By default time_op does not warm up 3 times, repeat 10.")


@exercise("use_gpu.time_op")
@on_sim
def test_time_op_asks_cuda_about_cuda_devices_only(observe, rng):
    seconds = draw_seconds(rng, 1, 5)

    measured, calls = observe(
        time_on_sim,
        rng.uniform(1, 1000),
        seconds,
        1,
        call="time_op(fn, 'sim:0', warmup=1, repeat=5)",
        causes={
            r"(?i)cuda": (
                "torch.cuda.synchronize is for CUDA devices: look at device.type first"
            )
        },
    )

    expect_seconds(measured, seconds, 1, {})
    expect_equal(calls, 6, "time_op does not call fn warmup + repeat times.")


@exercise("use_gpu.time_op")
@pytest.mark.parametrize(("warmup", "repeat"), [(0, 0), (3, -1), (-1, 5)])
def test_time_op_refuses_numbers_that_make_no_sense(observe, warmup, repeat):
    raised = observe.error(
        time_nothing,
        warmup,
        repeat,
        call=f"time_op(fn, 'cpu', warmup={warmup}, repeat={repeat})",
    )

    expect_error(
        raised,
        ValueError,
        f"time_op takes warmup={warmup} and repeat={repeat}.",
        cause="check both numbers before the first call",
    )


@exercise("use_gpu.time_op")
@pytest.mark.cuda
def test_time_op_measures_what_the_gpu_does(observe, rng):
    repeat = rng.choice([3, 5])

    measured, own = observe(
        time_sleeping_gpu, repeat, call=f"time_op(fn, 'cuda', 2, {repeat}) on a GPU"
    )

    expect_equal(len(own), repeat, "time_op does not call fn warmup + repeat times.")
    least = min(own, default=0.0)
    expect_true(
        measured >= 0.9 * least,
        "time_op measures less than the GPU needs.",
        expected=f"{least:.6f} s or more",
        got=f"{measured:.6f} s",
        cause="a GPU works on after the call: synchronise before the clock is read",
    )


# placement_audit


class Holder(nn.Module):
    """A module that holds things in every way there is."""

    def __init__(self, away: str):
        super().__init__()
        self.inner = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 2, device=away))
        self.register_buffer("saved", torch.zeros(2, device=away))
        self.register_buffer("unsaved", torch.zeros(2, device=away), persistent=False)
        self.scale = nn.Parameter(torch.zeros(1))
        self.nothing = None
        self.text = "a text"


def net_with(away: str, kinds: list[str]) -> nn.Module:
    """Return a network with tensors on `away` in unregistered places of these kinds."""

    def stray() -> Tensor:
        return torch.zeros(2, device=away)

    net = Holder(away)
    if "plain" in kinds:
        net.mask = stray()
        net.inner[0].cache = stray()
    if "list" in kinds:
        net.steps = [torch.zeros(1), stray(), (stray(), {"key": [stray()]})]
    if "dict" in kinds:
        net.table = {"a": stray(), "b": torch.zeros(1), 7: stray()}
    if "modules" in kinds:
        net.blocks = [nn.Linear(1, 1), nn.Linear(1, 1, device=away)]
        net.inner[1].hidden = {"head": nn.Linear(1, 1, bias=False, device=away)}
    return net


ALWAYS = {"inner.1.weight", "inner.1.bias", "saved", "unsaved"}
ADDED = {
    "plain": {"mask", "inner.0.cache"},
    "list": {"steps.1", "steps.2.0", "steps.2.1.key.0"},
    "dict": {"table.a", "table.7"},
    "modules": {"blocks.1.weight", "blocks.1.bias", "inner.1.hidden.head.weight"},
}
AUDIT_SLIPS = {
    "plain": "what a plain attribute holds is in vars(module)",
    "list": "lists, tuples and dicts in an attribute lead on, to any depth",
    "dict": "lists, tuples and dicts in an attribute lead on, to any depth",
    "modules": "modules hide in plain lists and dicts as well",
}


def audit(ex: Any, away: str, kinds: list[str], device: Any) -> list[str]:
    with metered(away):
        strays = ex.placement_audit(net_with(away, kinds), device)
    return [str(path) for path in strays] if is_set(strays) else ["no set"]


def is_set(value: Any) -> bool:
    return isinstance(value, (set, frozenset))


def audit_other_device(ex: Any, kinds: list[str], device: str) -> list[str]:
    """Audit for the device that `net_with` calls away."""
    return audit(ex, "sim:0", kinds, torch.device(device))


def audit_moved(ex: Any, kinds: list[str]) -> list[str]:
    """Audit a network for the device that it has been moved to."""
    with metered("sim:0"):
        return list(ex.placement_audit(net_with("cpu", kinds).to("sim"), "sim"))


def audit_circle(ex: Any) -> list[str]:
    with metered("sim:0"):
        net = nn.Sequential(nn.Linear(1, 1))
        net[0].parent = [net]  # an attribute that leads back
        net.loop = [torch.zeros(1, device="sim:0")]
        net.loop.append(net.loop)
        return list(ex.placement_audit(net, "cpu"))


def audit_shared(ex: Any) -> list[str]:
    with metered("sim:0"):
        net = nn.Module()
        net.one = nn.Linear(1, 1, bias=False, device="sim:0")
        net.two = nn.Linear(1, 1, bias=False)
        net.two.weight = net.one.weight
        net.also = net.one.weight.data_ptr, [net.one.weight]
        return list(ex.placement_audit(net, "cpu"))


def audit_and_look_back(ex: Any) -> tuple[bool, int]:
    """Return whether the network is as it was, and the copies between devices."""
    with metered("sim:0") as meter:
        net = net_with("sim:0", list(ADDED))
        before = sorted(vars(net)), [str(p.device) for p in net.parameters()]
        meter.reset()
        ex.placement_audit(net, "cpu")
        copies = meter.arrivals + meter.departures
        after = sorted(vars(net)), [str(p.device) for p in net.parameters()]
    return before == after, copies


def expect_paths(paths: list[str], expected: set[str], slips: dict[str, Any]) -> None:
    causes = {
        "parameters are not all: buffers, persistent or not, are tensors too": (
            lambda paths: not {"saved", "unsaved"} <= set(paths)
        ),
        "tensors that are on the device are none of the strays": (
            lambda paths: not set(paths) <= expected
        ),
    }
    expect_equal(
        sorted(paths),
        sorted(expected),
        "placement_audit does not give the paths of all tensors that are elsewhere.",
        slips={**slips, **causes} if "saved" in paths else {**causes, **slips},
    )


@exercise("use_gpu.placement_audit")
@on_sim
def test_audit_finds_registered_tensors(observe):
    paths = observe(audit, "sim:0", [], "cpu", call="placement_audit(net, 'cpu')")

    expect_true(
        paths != ["no set"],
        "placement_audit does not return a set.",
        expected="a set of paths",
        got="something else",
    )
    unsaved = "buffers that are not persistent are missing from state_dict()"
    expect_paths(paths, ALWAYS, {unsaved: sorted(ALWAYS - {"unsaved"})})


@exercise("use_gpu.placement_audit", weight=2)
@on_sim
@pytest.mark.parametrize("kind", ADDED)
def test_audit_finds_unregistered_tensors(observe, kind):
    paths = observe(
        audit, "sim:0", [kind], "cpu", call=f"placement_audit(net, 'cpu'), {kind}"
    )

    added = ADDED[kind]
    expect_paths(
        paths,
        ALWAYS | added,
        {AUDIT_SLIPS[kind]: lambda paths: not added <= set(paths)},
    )


@exercise("use_gpu.placement_audit")
@on_sim
@pytest.mark.parametrize("device", ["sim:0", "sim"])
def test_audit_lists_what_is_not_on_the_device_asked_for(observe, rng, device):
    kinds = rng.sample(list(ADDED), 2)

    paths = observe(
        audit_other_device, kinds, device, call=f"placement_audit(net, {device!r})"
    )

    expected = {"inner.0.weight", "inner.0.bias", "scale"}
    expected |= {"steps.0"} if "list" in kinds else set()
    expected |= {"table.b"} if "dict" in kinds else set()
    expected |= {"blocks.0.weight", "blocks.0.bias"} if "modules" in kinds else set()
    expect_equal(
        sorted(paths),
        sorted(expected),
        "placement_audit does not look for tensors that are not on the device given.",
        slips={
            "without an index a device stands for all of its type: sim:0 is on sim": (
                lambda paths: device == "sim" and {"saved", "scale"} <= set(paths)
            ),
            "the device given counts, not the CPU": lambda paths: "saved" in paths,
        },
    )


@exercise("use_gpu.placement_audit")
@on_sim
def test_audit_finds_what_a_move_leaves_behind(observe, rng):
    kinds = rng.sample(list(ADDED), 3)

    paths = observe(
        audit_moved, kinds, call="net.to('sim'); placement_audit(net, 'sim')"
    )

    at_home = {
        "plain": set(),
        "list": {"steps.0"},
        "dict": {"table.b"},
        "modules": {"blocks.0.weight", "blocks.0.bias"},
    }
    left = set().union(*(ADDED[kind] | at_home[kind] for kind in kinds))
    expect_equal(
        sorted(paths),
        sorted(left),
        "placement_audit does not find what net.to(device) leaves behind.",
        slips={AUDIT_SLIPS[kinds[0]]: lambda paths: not ADDED[kinds[0]] <= set(paths)},
    )


@exercise("use_gpu.placement_audit")
@on_sim
def test_audit_survives_circles(observe):
    paths = observe(
        audit_circle,
        call="placement_audit of a network that holds itself",
        causes={
            r"RecursionError": (
                "remember the id of what has been visited, and do not visit it again"
            )
        },
    )

    expect_equal(
        paths, ["loop.0"], "placement_audit does not survive references in a circle."
    )


@exercise("use_gpu.placement_audit")
@on_sim
def test_audit_lists_a_shared_tensor_once(observe):
    paths = observe(audit_shared, call="placement_audit of a net with a tied weight")

    known = {"one.weight", "two.weight", "also.1.0"}
    expect_true(
        len(paths) == 1 and set(paths) <= known,
        "placement_audit does not list a shared tensor once.",
        expected="'one.weight' or another of its paths",
        got=str(sorted(paths)),
        cause="remember the id of every tensor that has been visited",
    )


@exercise("use_gpu.placement_audit")
@on_sim
def test_audit_changes_nothing(observe):
    same, copies = observe(audit_and_look_back, call="placement_audit(net, 'cpu'); net")

    expect_true(
        same,
        "placement_audit changes the network.",
        expected="attributes and devices as before",
        got="others",
    )
    expect_equal(copies, 0, "placement_audit copies tensors between devices.")


# SinusoidalPositions


def add_positions(ex: Any, d: int, max_len: int, x: Tensor) -> Tensor:
    return ex.SinusoidalPositions(d, max_len)(x)


def add_positions_and_look_back(ex: Any, d: int, max_len: int, x: Tensor) -> Tensor:
    ex.SinusoidalPositions(d, max_len)(x)
    return x


def add_positions_on_sim(ex: Any, d: int, x: Tensor, moved: bool) -> tuple[str, Tensor]:
    """Return device and values of the output for an input on the device."""
    with metered("sim:0"):
        net = ex.SinusoidalPositions(d, 9)
        y = net.to("sim:0")(x.to("sim:0")) if moved else net(x.to("sim:0"))
        return str(y.device), y


def count_arrivals(ex: Any, d: int) -> int:
    """Return the number of copies that calls send to a device where the module is."""
    with metered("sim:0") as meter:
        net, x = ex.SinusoidalPositions(d, 9).to("sim"), torch.zeros(5, d, device="sim")
        meter.reset()
        net(x)
        net(x)
        return meter.arrivals


def count_trained(ex: Any, d: int) -> int:
    return sum(p.requires_grad for p in ex.SinusoidalPositions(d, 9).parameters())


def position_codes(n: int, d: int) -> Tensor:
    """Return the codes in float64, entry by entry as the formula says."""
    column = torch.arange(d, dtype=torch.float64)
    pair = column.div(2, rounding_mode="floor")
    angles = torch.arange(n, dtype=torch.float64)[:, None] / 10_000 ** (2 * pair / d)
    return torch.where(column % 2 == 0, angles.sin(), angles.cos())


@exercise("use_gpu.SinusoidalPositions", weight=2)
@pytest.mark.parametrize("odd", [False, True], ids=["even", "odd"])
@pytest.mark.parametrize("leading", [0, 1, 2], ids=["rows", "batch", "two_dims"])
def test_positions_add_sines_and_cosines(observe, rng, odd, leading):
    d = 2 * rng.randrange(2, 7) + odd
    n, max_len = rng.randrange(6, 12), rng.randrange(12, 40)
    x = torch.randn(*rng.sample(DISTINCT, leading), n, d)
    uneven = "an odd d has one cosine less than sines"
    leads = "the rows are the last dimension but one, whatever comes before"

    y = observe(
        add_positions,
        d,
        max_len,
        x,
        call=f"SinusoidalPositions({d}, {max_len})(x) with x {tuple(x.shape)}",
        causes={
            r"RuntimeError: .*(size|shape|elements)": uneven if odd else leads,
            r"ValueError|IndexError": leads,
        },
    )

    codes = position_codes(n, d).float()
    halves = torch.cat([codes[:, 0::2], codes[:, 1::2]], dim=-1)
    column = torch.arange(d)
    angles = torch.arange(n)[:, None] / 10_000 ** (column / d)
    each = torch.where(column % 2 == 0, angles.sin(), angles.cos())
    swapped = codes[:, column ^ 1] if not odd else codes
    expect_close(
        y,
        x + codes,
        "SinusoidalPositions does not add the codes of the positions.",
        slips={
            "the codes are returned, not added": codes.expand_as(x),
            "sines and cosines take turns; here they stand in two halves": x + halves,
            "a sine and the cosine beside it have the same angle": x + each,
            "the sine comes first": x + swapped,
            "positions count from 0": x + position_codes(n + 1, d)[1:].float(),
        },
        atol=1e-4,
        rtol=1e-4,
    )


@exercise("use_gpu.SinusoidalPositions")
@on_sim
@pytest.mark.parametrize("moved", [False, True], ids=["module_on_cpu", "module_moved"])
def test_positions_follow_the_input_to_its_device(observe, rng, moved):
    d = 2 * rng.choice(DISTINCT)
    x = torch.randn(2, 5, d)

    place, y = observe(
        add_positions_on_sim,
        d,
        x,
        moved,
        call=f"SinusoidalPositions({d}, 9){'.to(device)' * moved}(x) with x on 'sim:0'",
        causes={
            r"(?i)device": (
                "net.to moves buffers, not plain attributes; in forward, .to(x) "
                "follows x"
            )
        },
    )

    expect_equal(place, "sim:0", "The output is not where the input is.")
    expect_close(
        y,
        x + position_codes(5, d).float(),
        "SinusoidalPositions adds other codes on the device than on the CPU.",
        atol=1e-4,
        rtol=1e-4,
    )


@exercise("use_gpu.SinusoidalPositions")
@on_sim
def test_positions_send_nothing_once_the_module_is_moved(observe, rng):
    d = 2 * rng.choice(DISTINCT)

    arrivals = observe(
        count_arrivals,
        d,
        call="net.to('sim'); net(x); net(x) with x on 'sim:0'",
        causes={
            r"(?i)device": (
                "net.to moves buffers, not plain attributes; in forward, .to(x) "
                "follows x"
            )
        },
    )

    expect_equal(
        arrivals,
        0,
        "The codes are sent to the device again in every call.",
        slips={
            "constants made on the CPU in forward, or a plain attribute, cross at "
            "every call: register_buffer": lambda arrivals: arrivals > 0
        },
    )


@exercise("use_gpu.SinusoidalPositions")
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_positions_follow_the_input_to_its_dtype(observe, rng, dtype):
    d = 2 * rng.randrange(2, 7)
    x = torch.randn(400, d).to(dtype)  # bfloat16 holds whole numbers up to 256

    y = observe(
        add_positions, d, 400, x, call=f"SinusoidalPositions({d}, 400)(x), x {dtype}"
    )

    expect_equal(
        str(y.dtype),
        str(dtype),
        "The output does not have the input's dtype.",
        slips={"x + codes takes the wider of two dtypes: .to(x)": "torch.float32"},
    )
    expect_close(
        y,
        (x.double() + position_codes(400, d)).to(dtype),
        f"The codes are not right in {dtype}.",
        slips={
            "angles rounded to a narrow dtype are far off: round sine and cosine": (
                lambda _: True
            )
        },
        atol=0.06 if dtype != torch.float64 else 1e-4,
        rtol=0.0,
    )


@exercise("use_gpu.SinusoidalPositions")
def test_positions_leave_the_input_alone(observe, rng):
    d = 2 * rng.choice(DISTINCT)
    x = torch.randn(4, d)

    after = observe(
        add_positions_and_look_back, d, 9, x, call=f"SinusoidalPositions({d}, 9)(x); x"
    )

    expect_equal(
        after,
        x,
        "SinusoidalPositions changes the caller's tensor.",
        slips={"x += … works on x itself": lambda _: True},
    )


@exercise("use_gpu.SinusoidalPositions")
def test_positions_have_nothing_to_train(observe, rng):
    count = observe(
        count_trained, rng.choice(DISTINCT), call="SinusoidalPositions.parameters()"
    )

    expect_equal(
        count,
        0,
        "SinusoidalPositions has parameters to train.",
        slips={"constants are buffers": lambda count: count > 0},
    )


@exercise("use_gpu.SinusoidalPositions")
def test_positions_refuse_a_longer_input(observe, rng):
    d, max_len = 2 * rng.choice(DISTINCT), rng.choice(DISTINCT)

    full = observe(
        add_positions,
        d,
        max_len,
        torch.zeros(max_len, d),
        call=f"SinusoidalPositions({d}, {max_len})(x) with x ({max_len}, {d})",
    )
    raised = observe.error(
        add_positions,
        d,
        max_len,
        torch.zeros(max_len + 1, d),
        call=f"SinusoidalPositions({d}, {max_len})(x) with x ({max_len + 1}, {d})",
    )

    expect_close(
        full,
        position_codes(max_len, d).float(),
        "SinusoidalPositions does not take an input of max_len rows.",
        atol=1e-4,
        rtol=1e-4,
    )
    expect_error(
        raised, ValueError, "SinusoidalPositions takes more rows than it has codes for."
    )


# norm_log


def log_norms(ex: Any, matrices: list[Tensor], device: str) -> Tensor:
    return ex.norm_log(matrices, torch.device(device))


def log_norms_on_device(
    ex: Any, matrices: list[Tensor], device: str
) -> tuple[Tensor, str, int, int]:
    """Return the norms and where they are, the waits and the moves to the device."""
    with metered(device) as meter:
        norms = ex.norm_log(matrices, device)
        waits, arrivals = meter.waits, meter.arrivals
    return norms, norms.device.type, waits, arrivals


def draw_matrices(rng, dtype: torch.dtype) -> list[Tensor]:
    return [torch.randn(n, n, dtype=dtype) for n in rng.sample(DISTINCT, 4)]


def norms_of(matrices: list[Tensor]) -> Tensor:
    return torch.stack([(m @ m).square().sum().sqrt() for m in matrices])


def every(function: Callable[[Tensor], Tensor], matrices: list[Tensor]) -> Tensor:
    return torch.stack([function(m) for m in matrices])


@exercise("use_gpu.norm_log")
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_norm_log_gives_the_norms_of_the_products(observe, rng, dtype):
    matrices = draw_matrices(rng, dtype)

    norms = observe(log_norms, matrices, "cpu", call="norm_log of four matrices")

    norm = torch.linalg.matrix_norm
    expect_close(
        norms,
        norms_of(matrices),
        "norm_log does not give the norm of each product.",
        slips={
            "the norm of m, not of m @ m": every(norm, matrices),
            "m * m multiplies entry by entry": every(lambda m: norm(m * m), matrices),
            "the largest singular value is another norm": every(
                lambda m: norm(m @ m, 2), matrices
            ),
            "m @ m.T is another product": every(lambda m: norm(m @ m.T), matrices),
            "the root is missing": norms_of(matrices).square(),
            "norms are written into float32": lambda got: got.dtype != dtype,
        },
    )


@exercise("use_gpu.norm_log", weight=2)
@on_device
def test_norm_log_waits_for_the_device_once(observe, rng, device):
    matrices = draw_matrices(rng, torch.float64)

    norms, place, waits, arrivals = observe(
        log_norms_on_device,
        matrices,
        device,
        call=f"norm_log(four matrices, {device!r})",
    )

    expect_equal(
        place,
        "cpu",
        "norm_log does not return the norms on the CPU.",
        slips={"the norms stay on the device: .cpu() at the end": device[:-2]},
    )
    often = "item, cpu or a write into a CPU tensor per matrix waits at every step"
    computed = "the products are not computed on the device at all"
    expect_equal(
        waits,
        1,
        "norm_log does not bring the norms back together.",
        slips={often: lambda waits: waits > 1, computed: 0},
    )
    expect_true(
        1 <= arrivals <= len(matrices),
        "norm_log does not move each matrix once.",
        expected=f"{len(matrices)} moves",
        got=f"{arrivals}",
        cause="m.to(device) @ m.to(device) moves m twice" if arrivals > 4 else None,
    )
    expect_close(
        norms, norms_of(matrices), "norm_log does not give the norm of each product."
    )


@exercise("use_gpu.norm_log")
def test_norm_log_of_nothing_is_empty(observe):
    norms = observe(
        log_norms,
        [],
        "cpu",
        call="norm_log([], 'cpu')",
        causes={
            r"RuntimeError: .*(non-empty|empty)": (
                "torch.stack needs a tensor: return torch.empty(0) if there is none"
            )
        },
    )

    expect_equal(list(norms.shape), [0], "norm_log of no matrices is not empty.")


# data_parallel


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


def run_outside(net: nn.Module, x: Tensor) -> tuple[Tensor, list[Tensor], Tensor]:
    net, x = copy.deepcopy(net), x.clone().requires_grad_()
    y = net(x)
    (y * torch.arange(1.0, 1 + y.numel()).reshape(y.shape)).sum().backward()
    return y.detach(), [p.grad for p in net.parameters()], x.grad


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


@exercise("use_gpu.data_parallel", weight=2)
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
        call=f"data_parallel(net, x, {['cpu'] * count}) with x {tuple(x.shape)}",
        causes={
            r"invalid for input of size|shape|IndexError|ValueError|empty": (
                "the rows need not divide evenly, and some devices may get none"
            )
        },
    )

    expect_parallel(y, gradients, gradient, net, x)


@exercise("use_gpu.data_parallel")
def test_data_parallel_trains_a_tied_weight(observe, rng):
    d = rng.choice(DISTINCT)
    layer = nn.Linear(d, d)
    net = nn.Sequential(layer, nn.Tanh(), layer)
    x = torch.randn(5, d)

    y, gradients, gradient = observe(
        run_parallel, net, x, ["cpu", "cpu"], call="data_parallel, one layer used twice"
    )

    expect_parallel(y, gradients, gradient, net, x)


@exercise("use_gpu.data_parallel", weight=2)
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
        call=f"data_parallel(net, x, {devices}) with {rows} rows",
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
        expected=f"{rows} rows, at most {most} on a device",
        got=f"{counts}",
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


@exercise("use_gpu.data_parallel")
@on_sim
@pytest.mark.parametrize("devices", [["cpu", "cpu"], ["cpu", "sim:0"]], ids=str)
def test_data_parallel_keeps_a_layer_that_is_used_twice(observe, rng, devices):
    same, places = observe(
        run_layer_twice,
        torch.randn(5, rng.choice(DISTINCT)),
        devices,
        call=f"data_parallel(Sequential(layer, Tanh(), layer), x, {devices})",
    )

    expect_true(
        same,
        "data_parallel changes a layer that is used twice.",
        expected="its own parameters and buffers, on ['cpu']",
        got=f"others, on {places}",
        cause=TWICE,
    )


@exercise("use_gpu.data_parallel")
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


@exercise("use_gpu.data_parallel")
@on_device
@pytest.mark.parametrize("places", PAIRS, ids="_".join)
def test_data_parallel_runs_on_two_kinds_of_devices(observe, rng, places, device):
    inner, out = rng.sample(DISTINCT, 2)
    net = nn.Sequential(nn.Linear(inner, 8), nn.Tanh(), nn.Linear(8, out))
    x = torch.randn(7, inner)
    devices = [place.replace("first", device) for place in places]

    y, gradients, gradient = observe(
        run_parallel, net, x, devices, call=f"data_parallel(net, x, {devices})"
    )

    expect_parallel(y, gradients, gradient, net, x)


# streams, events and graphs of GPUs that are made up


class OnGpu(Tensor):
    """A tensor of the CPU that says it is on a GPU; so does what is made of it."""

    index = 0

    @property
    def device(self) -> torch.device:
        return torch.device("cuda", self.index)

    @property
    def is_cuda(self) -> bool:
        return True

    @property
    def is_cpu(self) -> bool:
        return False


class OnSecondGpu(OnGpu):
    """The same on the second GPU."""

    index = 1


def put_on_gpu(tensor: Tensor, index: int = 0) -> Tensor:
    return tensor.detach().as_subclass((OnGpu, OnSecondGpu)[index])


def bring_back(tensor: Tensor) -> Tensor:
    """Return the values that a tensor of a made-up GPU holds right now."""
    with torch._C.DisableTorchFunctionSubclass():
        return tensor.detach().as_subclass(Tensor).clone()


class Lane:
    """A stream whose copies are done only when something waits for them."""

    def __init__(self, card: "Card", index: int) -> None:
        self.card, self.index = card, index
        self.device = torch.device("cuda", index)
        self.todo: list[Callable[[], Any]] = []
        self.done = 0

    def finish(self, upto: int | None = None) -> None:
        """Do what was asked for so far, or before an event."""
        upto = len(self.todo) if upto is None else upto
        for work in self.todo[self.done : upto]:
            work()
        self.done = max(self.done, upto)

    def synchronize(self) -> None:
        self.finish()

    def wait_stream(self, other: "Lane") -> None:
        other.finish()
        self.card.waits.append((self, other))

    def record_event(self, event: Any = None) -> Any:
        event = event or Mark(self.card)
        event.record(self)
        return event

    def wait_event(self, event: "Mark") -> None:
        event.wait(self)

    def query(self) -> bool:
        return self.done == len(self.todo)


class Mark:
    """An event in a `Lane`."""

    def __init__(self, card: "Card") -> None:
        self.card = card
        self.lane: Lane | None = None
        self.upto = 0

    def record(self, lane: Lane | None = None) -> None:
        self.lane = lane or self.card.lane()
        self.upto = len(self.lane.todo)

    def synchronize(self) -> None:
        if self.lane is not None:
            self.lane.finish(self.upto)

    def wait(self, lane: Lane | None = None) -> None:
        self.synchronize()
        self.card.waits.append((lane or self.card.lane(), self.lane))

    def query(self) -> bool:
        return self.lane is None or self.lane.done >= self.upto


class Tape(TorchDispatchMode):
    """Remembers operators, to do them again with the same tensors."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[Any] = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        self.steps.append((func, args, kwargs or {}, out))
        return out

    @torch.inference_mode()
    def replay(self) -> None:
        for func, args, kwargs, out in self.steps:
            again = func(*args, **kwargs)
            if isinstance(out, Tensor) and out is not again:
                out.copy_(again)

    def reset(self) -> None:
        self.steps.clear()


class Card:
    """Two made-up GPUs; each thread has its own current one, and current streams."""

    def __init__(self) -> None:
        self.own = threading.local()
        self.callers = [Lane(self, i) for i in range(2)]
        self.waits: list[Any] = []
        self.copies: list[tuple[Lane, bool]] = []
        self.capturing = False

    @property
    def current(self) -> int:
        return vars(self.own).setdefault("current", 0)

    @current.setter
    def current(self, index: int) -> None:
        self.own.current = index

    @property
    def lanes(self) -> list[Lane]:
        return vars(self.own).setdefault("lanes", list(self.callers))

    def index_of(self, device: Any) -> int:
        """Return the number of the GPU that is meant; None is the current one."""
        if isinstance(device, int):
            return device
        index = None if device is None else torch.device(device).index
        return self.current if index is None else index

    def lane(self, device: Any = None) -> Lane:
        """Return the current stream of a GPU."""
        return self.lanes[self.index_of(device)]

    @contextmanager
    def on(self, lane: Lane | None) -> Iterator[None]:
        """Do what `torch.cuda.stream` does."""
        if lane is None:
            yield
            return
        before = self.current, list(self.lanes)
        self.current, self.lanes[lane.index] = lane.index, lane
        try:
            yield
        finally:
            self.current, self.lanes[:] = before

    @contextmanager
    def record(self, tape: Tape, *_: Any, stream: Any = None, **__: Any):
        """Do what `torch.cuda.graph` does."""
        with self.on(stream or Lane(self, self.current)), tape:
            self.capturing = True
            try:
                yield
            finally:
                self.capturing = False

    def synchronize(self, device: Any = None) -> None:
        for lane in {id(lane): lane for lane, _ in self.copies}.values():
            if lane.index == self.index_of(device):
                lane.finish()

    def bring(self, tensor: Tensor, index: int, at_once: bool) -> Tensor:
        """Copy a tensor to a GPU; until then it is full of -1 there."""
        there = put_on_gpu(torch.full_like(tensor, -1), index)
        lane = self.lanes[index]
        waiting = getattr(tensor, "pinned", False) and not at_once
        self.copies.append((lane, waiting))
        there.made_on = lane
        lane.todo.append(lambda: there.copy_(tensor))
        if lane in self.callers or not waiting:
            lane.finish()
        return there

    def changes(self) -> list[Change]:
        """Return the changes that make this torch's GPUs."""
        plain_to = Tensor.to

        def to(tensor: Tensor, *args: Any, **kwargs: Any) -> Tensor:
            given = [*args, *kwargs.values()]
            names = [g for g in given if isinstance(g, (str, torch.device))]
            place = torch.device(names[0]) if names else tensor.device
            if place.type != "cuda" or isinstance(tensor, OnGpu):
                return tensor if tensor.is_cuda else plain_to(tensor, *args, **kwargs)
            asked = kwargs.get("non_blocking", any(a is True for a in args))
            return self.bring(tensor, self.index_of(place), not asked)

        def cuda(tensor: Tensor, device: Any = None, non_blocking: bool = False):
            place = torch.device("cuda", self.index_of(device))
            return to(tensor, place, non_blocking=non_blocking)

        def pin(tensor: Tensor, *_: Any) -> Tensor:
            pinned = tensor.clone()
            pinned.pinned = True
            return pinned

        def note_use(tensor: Tensor, lane: Lane) -> None:
            tensor.used_on = [*getattr(tensor, "used_on", []), lane]

        def new_lane(device: Any = None, *_: Any, **__: Any) -> Lane:
            return Lane(self, self.index_of(device))

        def set_lane(lane: Lane) -> None:
            self.current, self.lanes[lane.index] = lane.index, lane

        return [
            *some_gpus(2),
            (Tensor, "to", to),
            (Tensor, "cuda", cuda),
            (Tensor, "pin_memory", pin),
            (Tensor, "is_pinned", lambda t, *_: getattr(t, "pinned", False)),
            (Tensor, "record_stream", note_use),
            (torch.cuda, "Stream", new_lane),
            (torch.cuda, "stream", self.on),
            (torch.cuda, "StreamContext", self.on),
            (torch.cuda, "set_stream", set_lane),
            (torch.cuda, "current_stream", self.lane),
            (
                torch.cuda,
                "default_stream",
                lambda d=None: self.callers[self.index_of(d)],
            ),
            (torch.accelerator, "current_stream", self.lane),
            (torch.cuda, "Event", lambda *_, **__: Mark(self)),
            (torch.cuda, "CUDAGraph", lambda *_, **__: Tape()),
            (torch.cuda, "graph", self.record),
            (torch.cuda, "is_current_stream_capturing", lambda: self.capturing),
            (torch.cuda, "synchronize", self.synchronize),
            (torch.accelerator, "synchronize", self.synchronize),
            (torch.cuda, "empty_cache", lambda: None),
            (torch.cuda, "device", lambda device: on_gpu(self, device)),
            (torch.cuda, "current_device", lambda: self.current),
        ]


def is_beyond(error: Exception) -> bool:
    """Say whether an answer asks for something that the made-up GPUs do not have."""
    lacking = (
        "CUDA",
        "cuda",
        "accelerator",
        "dummy base",
        "'Lane'",
        "'Mark'",
        "'Tape'",
    )
    known = type(error).__name__ != "NotStarted"
    return known and any(word in str(error) for word in lacking)


# prefetch


def take_all(ex: Any, batches: list[Any]) -> list[Any]:
    return list(ex.prefetch(batches, torch.device("cpu")))


def take_all_on_device(
    ex: Any, batches: list[Any], device: str
) -> tuple[list[list[str]], list[Any], int]:
    """Return where the batches are, the batches, and the copies to the device."""
    with metered(device) as meter:
        moved = list(ex.prefetch(batches, device))
        arrivals = meter.arrivals
    return [places_of(batch) for batch in moved], moved, arrivals


def stop_early(ex: Any, count: int, taken: int) -> tuple[list[int], bool, int]:
    """Return what was read at each batch, whether the end was clean, threads left."""
    read: list[int] = []
    ended: list[bool] = []

    def loader() -> Iterator[Tensor]:
        try:
            for i in range(count):
                read.append(i)
                yield torch.full((2,), float(i))
        finally:
            ended.append(True)

    before = set(threading.enumerate())
    batches, ahead = ex.prefetch(loader(), "cpu"), []
    for _ in batches:
        ahead.append(len(read))
        if len(ahead) == taken:
            break
    getattr(batches, "close", lambda: None)()
    del batches
    gc.collect()
    clean = bool(ended)
    left = [t for t in threading.enumerate() if t not in before]
    for thread in left:
        thread.join(timeout=1)
    return ahead, clean, sum(t.is_alive() for t in left)


class LoaderError(Exception):
    """What a broken loader raises."""


def take_from_broken(ex: Any, good: int) -> list[Tensor]:
    def loader() -> Iterator[Tensor]:
        yield from (torch.zeros(1) for _ in range(good))
        raise LoaderError("the disk is gone")

    return list(ex.prefetch(loader(), "cpu"))


def take_large_on_gpu(ex: Any, count: int, size: int) -> tuple[list[Tensor], list[str]]:
    """Return the ends of large batches, read as soon as they are handed out."""
    ends, places = [], []
    loader = (
        (torch.full((size,), float(i)), torch.full((size,), -float(i)))
        for i in range(1, 1 + count)
    )
    for one, two in ex.prefetch(loader, "cuda"):
        ends += [one[-1000:].clone(), two[-1000:].clone()]
        places += [one.device.type, two.device.type]
        one.zero_()
    return [end.cpu() for end in ends], places


Handed = tuple[list[list[Tensor]], list[list[bool]], list[str], bool, bool]


def take_from_made_up_gpu(ex: Any, batches: list[Any], device: str) -> Handed | None:
    """Return what batches hold when they are handed out, and how they came there.

    For each batch: its tensors, and whether a copy that the host does not wait for is
    on its way on another stream; for all: their devices, whether all memory was pinned,
    whether none can be used anew too early. None: made-up GPUs do not have it all.
    """
    card = Card()
    index = torch.device(device).index or 0
    held, ahead, places, tensors = [], [], [], []
    with changed(ex, card.changes()):
        try:
            for batch in ex.prefetch(iter(batches), device):
                parts = leaves_of(batch)
                held.append([bring_back(t) for t in parts])
                places += [str(t.device) for t in parts]
                tensors += [(t, len(card.waits)) for t in parts]
                lanes = {id(lane): lane for lane, _ in card.copies}.values()
                ahead.append([not lane.query() for lane in lanes])
        except Exception as error:
            if is_beyond(error):
                return None
            raise
    caller = card.callers[index]
    kept = all(
        caller is getattr(t, "made_on", caller)
        or caller in getattr(t, "used_on", [])
        or any((t.made_on, caller) == pair for pair in card.waits[since:])
        for t, since in tensors
    )
    return held, ahead, places, all(waiting for _, waiting in card.copies), kept


def draw_pairs(rng, kind: str) -> list[Any]:
    """Return batches of one kind and several sizes."""
    build = {"tensor": lambda x, _: x, "tuple": lambda x, y: (x, y)}
    build["list"] = lambda x, y: [x, y]
    return [
        build[kind](torch.randn(n, 3), torch.arange(n))
        for n in rng.sample(DISTINCT, rng.choice([2, 3, 4]))
    ]


@exercise("use_gpu.prefetch")
@pytest.mark.parametrize("kind", ["tensor", "tuple", "list"])
def test_prefetch_keeps_batches_and_their_order(observe, rng, kind):
    batches = draw_pairs(rng, kind)

    got = observe(take_all, batches, call=f"list(prefetch(batches, 'cpu')), {kind}s")

    expect_equal(
        len(got),
        len(batches),
        "prefetch does not yield each batch once.",
        slips={
            "the last batch is still ahead when the loader ends": len(batches) - 1,
            "the first batch is read ahead and then left out": len(batches) - 1,
        },
    )
    expect_equal(
        got,
        batches,
        "prefetch does not keep the batches and their order.",
        slips={
            "a tuple stays a tuple, a list a list": lambda got: (
                outline(got) != outline(batches)
            )
        },
    )


@exercise("use_gpu.prefetch")
def test_prefetch_of_nothing_is_empty(observe):
    got = observe(take_all, [], call="list(prefetch([], 'cpu'))")

    expect_equal(got, [], "prefetch of no batches does not end at once.")
    seen = observe(
        take_from_made_up_gpu,
        [],
        "cuda",
        call="list(prefetch([], 'cuda')), GPUs made up",
        causes={r"StopIteration": "next(iterator, None) gives None at the end"},
    )
    if seen is not None:
        expect_equal(seen[0], [], "prefetch of no batches does not end at once.")


@exercise("use_gpu.prefetch")
@on_device
@pytest.mark.parametrize("kind", ["tensor", "tuple", "list"])
def test_prefetch_moves_every_tensor_once(observe, rng, kind, device):
    batches = draw_pairs(rng, kind)

    places, moved, arrivals = observe(
        take_all_on_device,
        batches,
        device,
        call=f"list(prefetch(batches, {device!r})), {kind}s",
    )

    count = 1 if kind == "tensor" else 2
    expect_equal(
        places,
        [[device] * count] * len(batches),
        "prefetch does not move every tensor to the device.",
        slips={
            "t.to(device) returns the moved tensor; t itself does not move": (
                lambda places: all(device not in each for each in places)
            ),
            "the first of a batch alone is moved": (
                lambda places: any("cpu" in each for each in places)
            ),
        },
    )
    expect_equal(moved, batches, "prefetch changes values on their way to the device.")
    expect_equal(
        arrivals, count * len(batches), "prefetch does not move each tensor once."
    )


@exercise("use_gpu.prefetch", weight=2)
def test_prefetch_reads_at_most_one_batch_ahead(observe, rng):
    taken = rng.choice([3, 5])

    ahead, _, _ = observe(
        stop_early, 40, taken, call=f"the first {taken} of prefetch(40 batches, 'cpu')"
    )

    expect_equal(len(ahead), taken, "prefetch does not yield each batch once.")
    expect_true(
        all(read <= i + 2 for i, read in enumerate(ahead)),
        "prefetch reads far ahead.",
        expected="at most one batch more than was handed out",
        got=f"{ahead} read when the 1st, 2nd, … was handed out",
        cause="list(loader) reads everything" if max(ahead) == 40 else None,
    )


@exercise("use_gpu.prefetch", weight=2)
def test_prefetch_cleans_up_when_the_caller_stops(observe, rng):
    taken = rng.choice([1, 2, 3])

    _, clean, threads = observe(
        stop_early, 40, taken, call=f"a break after {taken} batches, then close()"
    )

    expect_equal(threads, 0, "prefetch leaves threads behind when the caller stops.")
    expect_true(
        clean,
        "prefetch does not let the loader go when the caller stops.",
        expected="the loader's iterator is closed",
        got="it still waits for its next batch",
        cause="something else keeps a reference to it: a global, a thread, a cache",
    )


@exercise("use_gpu.prefetch")
def test_prefetch_passes_on_the_loaders_exception(observe, rng):
    raised = observe.error(
        take_from_broken, rng.choice([1, 3]), call="prefetch of a loader that raises"
    )

    expect_true(
        raised is not None and "LoaderError" in raised.types,
        "An exception of the loader does not reach the caller.",
        expected="the loader's own exception",
        got="no exception" if raised is None else str(raised),
    )


@exercise("use_gpu.prefetch", weight=2)
@pytest.mark.parametrize("kind", ["tensor", "tuple", "list"])
@pytest.mark.parametrize("device", ["cuda", "cuda:1"])
def test_prefetch_copies_ahead_on_a_stream_of_its_own(observe, rng, kind, device):
    batches = draw_pairs(rng, kind)

    seen = observe(
        take_from_made_up_gpu,
        batches,
        device,
        call=f"prefetch({len(batches)} batches, {device!r}), GPUs made up",
    )

    if seen is None:
        return
    held, ahead, places, waiting, kept = seen
    full = device if device == "cuda:1" else "cuda:0"
    expected = [leaves_of(batch) for batch in batches]
    count = sum(map(len, expected))
    expect_equal(len(held), len(batches), "prefetch does not yield each batch once.")
    expect_equal(
        places, [full] * count, "prefetch does not move every tensor to the device."
    )
    expect_equal(
        held,
        expected,
        "prefetch hands out batches whose copy has not ended.",
        slips={
            "current_stream().wait_stream(side) comes before a batch is used": (
                lambda got: len(got) == len(expected)
            )
        },
    )
    expect_true(
        waiting,
        "The host waits for the copies of prefetch.",
        expected="copies from pinned memory that do not block",
        got="copies that block the host",
        cause="t.pin_memory().to(device, non_blocking=True)",
    )
    expect_true(
        all(any(each) for each in ahead[:-1]),
        "The next batch is not on its way while the present one is used.",
        expected="its copy runs on a stream of its own when a batch is handed out",
        got="no copy is on its way",
        cause="start the next copy under torch.cuda.stream(side), then yield",
    )
    expect_true(
        kept,
        "The memory of a batch may be used anew while the caller works on it.",
        expected="the allocator knows of the caller's stream",
        got="it knows of the copying stream alone",
        cause="t.record_stream(current_stream) for each tensor that is handed out",
    )


@exercise("use_gpu.prefetch")
@pytest.mark.cuda
def test_prefetch_hands_out_what_has_arrived(observe, rng):
    count, size = rng.choice([5, 6]), 1_000_000 * rng.choice([8, 10])

    ends, places = observe(
        take_large_on_gpu, count, size, call=f"prefetch({count} large pairs, 'cuda')"
    )

    expect_equal(
        places,
        ["cuda"] * 2 * count,
        "prefetch does not move every tensor to the device.",
    )
    expected = [
        torch.full((1000,), sign * float(i))
        for i in range(1, 1 + count)
        for sign in (1, -1)
    ]
    expect_equal(
        ends,
        expected,
        "prefetch hands out batches whose copy has not ended.",
        slips={
            "current_stream().wait_stream(side) comes before a batch is used": (
                lambda got: len(got) == len(expected)
            )
        },
    )


# peak_memory


class Allocator:
    """Made-up counters of two GPUs' memory, in blocks as torch reserves them."""

    BLOCK = 2 << 20

    def __init__(self) -> None:
        self.current = 0
        self.held = [0, 0]
        self.reserved = [0, 0]
        self.peaks = [0, 0]
        self.reserved_peaks = [0, 0]

    def index_of(self, device: Any) -> int:
        """Return the number of the GPU that is meant; None is the current one."""
        if isinstance(device, int):
            return device
        index = None if device is None else torch.device(device).index
        return self.current if index is None else index

    def take(self, index: int, nbytes: int) -> None:
        """Allocate, or free if `nbytes` is negative."""
        self.held[index] += nbytes
        blocks = -(-self.held[index] // self.BLOCK)
        self.reserved[index] = max(self.reserved[index], blocks * self.BLOCK)
        self.peaks[index] = max(self.peaks[index], self.held[index])
        self.reserved_peaks[index] = max(
            self.reserved_peaks[index], self.reserved[index]
        )

    def reset(self, device: Any = None) -> None:
        index = self.index_of(device)
        self.peaks[index] = self.held[index]
        self.reserved_peaks[index] = self.reserved[index]

    def stats(self, device: Any = None) -> dict[str, int]:
        index = self.index_of(device)
        return {
            "allocated_bytes.all.current": self.held[index],
            "allocated_bytes.all.peak": self.peaks[index],
            "reserved_bytes.all.current": self.reserved[index],
            "reserved_bytes.all.peak": self.reserved_peaks[index],
        }


def made_up_memory(allocator: Allocator) -> list[Change]:
    """Return the changes that make an allocator's counters torch's."""

    def reader(counters: list[int]) -> Callable[..., int]:
        return lambda device=None: counters[allocator.index_of(device)]

    def device(index: Any) -> Any:
        return on_gpu(allocator, index)

    named = {
        "memory_allocated": reader(allocator.held),
        "max_memory_allocated": reader(allocator.peaks),
        "memory_reserved": reader(allocator.reserved),
        "max_memory_reserved": reader(allocator.reserved_peaks),
        "reset_peak_memory_stats": allocator.reset,
        "reset_max_memory_allocated": allocator.reset,
        "memory_stats": allocator.stats,
    }
    return [
        *some_gpus(2),
        *((torch.cuda, name, new) for name, new in named.items()),
        *((torch.cuda.memory, name, new) for name, new in named.items()),
        *((torch.accelerator, name, new) for name, new in named.items()),
        (torch.cuda, "synchronize", lambda _=None: None),
        (torch.accelerator, "synchronize", lambda _=None: None),
        (torch.cuda, "empty_cache", lambda: None),
        (torch.cuda, "device", device),
        (torch.cuda, "current_device", lambda: allocator.current),
    ]


def measure_gpu(
    ex: Any, device: str, before: list[int], steps: list[int]
) -> tuple[int, int]:
    """Return the peak that is measured, and how often the work was done."""
    allocator, index, calls = Allocator(), torch.device(device).index or 0, []

    def fn() -> None:
        calls.append(1)
        for nbytes in steps:
            allocator.take(index, nbytes)

    for nbytes in before:
        allocator.take(index, nbytes)
    with changed(ex, made_up_memory(allocator)):
        return ex.peak_memory(fn, device), len(calls)


def measure(ex: Any, work: str, n: int, device: str) -> int:
    """Return the peak of one of the `WORKS` on n float32 numbers."""
    kept: list[Tensor] = []
    with metered(device):
        given = torch.zeros(n, device=device)
        return ex.peak_memory(lambda: WORKS[work](n, device, given, kept), device)


def measure_twice(ex: Any, n: int) -> tuple[int, int]:
    def fn() -> None:
        torch.zeros(n)

    return ex.peak_memory(fn, "cpu"), ex.peak_memory(fn, torch.device("cpu"))


def one_after_the_other(n: int, device: str, given: Tensor, kept: list[Tensor]) -> None:
    a = torch.zeros(n, device=device)
    b = a + 1
    del a
    c = b * 2
    del b
    c.exp()


def views_of_one(n: int, device: str, given: Tensor, kept: list[Tensor]) -> None:
    a = torch.zeros(n, device=device)
    views = [a[1:], a.view(1, -1), a[: n // 2].detach()]
    del a
    views[0].add_(1)


def work_on_given(n: int, device: str, given: Tensor, kept: list[Tensor]) -> None:
    given.add_(1)
    given.view(-1, 1).t().mul_(2)
    given[1:].clone()


def kept_for_later(n: int, device: str, given: Tensor, kept: list[Tensor]) -> None:
    kept.extend(torch.ones(n, device=device) for _ in range(3))


def elsewhere_too(n: int, device: str, given: Tensor, kept: list[Tensor]) -> None:
    other = "meta" if device == "cpu" else "cpu"
    far = torch.zeros(2 * n, device=other)
    near = torch.zeros(n, device=device)
    del far, near


def bytes_and_doubles(n: int, device: str, given: Tensor, kept: list[Tensor]) -> None:
    narrow = torch.zeros(n, dtype=torch.int8, device=device)
    wide = narrow.to(torch.float64)
    del narrow, wide


WORKS = {
    "one_after_the_other": one_after_the_other,
    "views": views_of_one,
    "given": work_on_given,
    "kept": kept_for_later,
    "other_device": elsewhere_too,
    "dtypes": bytes_and_doubles,
}


def peak_of(work: str, n: int) -> tuple[int, dict[str, Any]]:
    """Return the peak of a work in bytes, and what slips give."""
    return {
        "one_after_the_other": (
            8 * n,
            {
                "what is freed does not count any longer: that is no sum": 16 * n,
                "the peak is asked for, not what is left at the end": 0,
            },
        ),
        "views": (4 * n, {"views share one storage": lambda peak: peak > 4 * n}),
        "given": (
            4 * (n - 1),
            {
                "what was there before the start does not count": lambda peak: (
                    peak > 4 * n
                )
            },
        ),
        "kept": (12 * n, {"what is kept is held too": 4 * n}),
        "other_device": (
            4 * n,
            {"tensors on other devices do not count": 12 * n},
        ),
        "dtypes": (
            9 * n,
            {"not every number has four bytes": 8 * n, "bytes, not numbers": 2 * n},
        ),
    }[work]


@exercise("use_gpu.peak_memory", weight=2)
@pytest.mark.parametrize("device", ["cpu", SIM])
@pytest.mark.parametrize("work", WORKS)
def test_peak_memory_counts_storages(observe, rng, work, device):
    n = rng.randrange(1000, 5000)

    peak = observe(
        measure, work, n, device, call=f"peak_memory(fn, {device!r}), {work}, n = {n}"
    )

    expected, slips = peak_of(work, n)
    fault = "peak_memory does not give the most bytes held at once."
    causes = {cause: value for cause, value in slips.items() if value != expected}
    expect_equal(peak, expected, fault, slips=causes)


@exercise("use_gpu.peak_memory")
def test_peak_memory_measures_afresh(observe, rng):
    n = rng.randrange(1000, 5000)

    first, second = observe(measure_twice, n, call="peak_memory(fn, 'cpu'), twice")

    fault = "peak_memory does not start afresh in every call."
    expect_equal(first, 4 * n, fault)
    expect_equal(second, 4 * n, fault)


@exercise("use_gpu.peak_memory", weight=2)
@pytest.mark.parametrize("device", ["cuda", "cuda:1"])
def test_peak_memory_reads_the_gpus_counters(observe, rng, device):
    held, high, first, second = (1024 * n for n in rng.sample(range(10, 900), 4))
    before = [held, 1000 * high, -1000 * high]
    steps = [first, second, -first, -second]

    peak, calls = observe(
        measure_gpu, device, before, steps, call=f"peak_memory(fn, {device!r})"
    )

    expect_equal(
        peak,
        first + second,
        "peak_memory does not give the peak of the GPU's memory above the start.",
        slips={
            "the high-water mark from before counts: reset_peak_memory_stats": (
                1000 * high
            ),
            "what was held at the start counts too": held + first + second,
            "reserved memory is more than what is allocated": (
                lambda peak: peak % Allocator.BLOCK == 0 and peak > first + second
            ),
            "the counters of the device given are wanted, not the current one's": (
                lambda peak: device != "cuda" and peak <= 0
            ),
            "what is left at the end is no peak": 0,
        },
    )
    expect_equal(calls, 1, "peak_memory does not call fn once.")


@exercise("use_gpu.peak_memory")
@pytest.mark.cuda
@pytest.mark.parametrize("work", ["one_after_the_other", "views", "kept"])
def test_peak_memory_on_a_gpu(observe, rng, work):
    n = 128 * rng.randrange(100, 500)  # torch allocates in blocks of 512 bytes

    peak = observe(measure, work, n, "cuda", call=f"peak_memory(fn, 'cuda'), {work}")

    fault = "peak_memory does not give the peak of the GPU's memory above the start."
    reserved = "reserved memory is more than what is allocated"
    expected, slips = peak_of(work, n)
    slips = {**slips, reserved: lambda peak: peak % (2 << 20) == 0}
    expect_equal(peak, expected, fault, slips=slips)


# amp_step


class Mixed(nn.Module):
    """A linear layer that notes the dtype it computes in."""

    def __init__(self, inner: int, out: int):
        super().__init__()
        self.linear = nn.Linear(inner, out)
        self.dtypes: list[str] = []

    def forward(self, x: Tensor) -> Tensor:
        y = self.linear(x)
        self.dtypes.append(str(y.dtype))
        return y


SCALE = 1024.0


def step_mixed(
    ex: Any, net: nn.Module, pairs: Batches, max_norm: float, device: str
) -> tuple[list[Tensor], list[Tensor], list[float]]:
    """Return losses, parameters and scales after a step for each pair."""
    net.to(device)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.5, momentum=0.5)
    scaler = torch.amp.GradScaler(device, init_scale=SCALE, growth_interval=1)
    losses, scales = [], []
    for p in net.parameters():
        p.grad = torch.ones_like(p)  # from before: must not count
    for x, y in pairs:
        loss = ex.amp_step(
            net,
            x.to(device),
            y.to(device),
            nn.MSELoss(),
            optimizer,
            scaler,
            max_norm=max_norm,
            dtype=torch.bfloat16,
        )
        losses.append(loss)
        scales.append(scaler.get_scale())
    return losses, [p.detach() for p in net.parameters()], scales


def look_into_step(
    ex: Any, sizes: list[int], dtype: str
) -> tuple[list[str], bool, bool]:
    """Return dtypes in the network, and whether loss and backward are autocast."""
    net = Mixed(*sizes)
    seen: list[bool] = []

    def loss_fn(output: Tensor, target: Tensor) -> Tensor:
        seen.append(torch.is_autocast_enabled("cpu"))
        output.register_hook(lambda _: seen.append(torch.is_autocast_enabled("cpu")))
        return nn.functional.mse_loss(output.float(), target)

    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    scaler = torch.amp.GradScaler("cpu", init_scale=SCALE)
    x, y = torch.randn(3, sizes[0]), torch.randn(3, sizes[1])
    given = {"dtype": torch.bfloat16} if dtype == "bfloat16" else {}
    ex.amp_step(net, x, y, loss_fn, optimizer, scaler, **given)
    return net.dtypes, seen[0], seen[-1]


def grads_from_step(ex: Any, net: nn.Module, x: Tensor, y: Tensor) -> bool:
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    scaler = torch.amp.GradScaler("cpu", init_scale=SCALE)
    loss = ex.amp_step(net, x, y, nn.MSELoss(), optimizer, scaler)
    return loss.requires_grad


def step_by_default(ex: Any, net: nn.Module, x: Tensor, y: Tensor) -> list[Tensor]:
    """Return the parameters after a step whose norm is clipped as by default."""
    optimizer = torch.optim.SGD(net.parameters(), lr=0.5, momentum=0.5)
    scaler = torch.amp.GradScaler("cpu", init_scale=SCALE)
    narrow = torch.bfloat16
    ex.amp_step(net, x, y, nn.MSELoss(), optimizer, scaler, dtype=narrow)
    return [p.detach() for p in net.parameters()]


def clipped_step(
    net: nn.Module, x: Tensor, y: Tensor, max_norm: float, wrong: str = ""
) -> list[Tensor]:
    """Return the parameters after one step of SGD, with one thing wrong."""
    net = copy.deepcopy(net)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.5, momentum=0.5)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = nn.functional.mse_loss(net(x), y)
    loss.backward()
    parameters = list(net.parameters())
    if wrong == "unscaled twice":
        for p in parameters:
            p.grad /= SCALE
    if wrong == "clipped first":
        for p in parameters:
            p.grad *= SCALE
        nn.utils.clip_grad_norm_(parameters, max_norm)
        for p in parameters:
            p.grad /= SCALE
    elif wrong != "not clipped":
        nn.utils.clip_grad_norm_(parameters, max_norm)
    if wrong == "still scaled":
        for p in parameters:
            p.grad *= SCALE
    optimizer.step()
    return [p.detach() for p in parameters]


def expect_near(
    got: list[Tensor],
    expected: list[Tensor],
    fault: str,
    slips: dict[str, list[Tensor]],
) -> None:
    """Expect parameters up to the rounding of a narrow dtype."""

    def fit(others: list[Tensor]) -> bool:
        return len(got) == len(others) and all(
            a.shape == b.shape
            and a.dtype == b.dtype
            and torch.allclose(a, b, rtol=1e-2, atol=2e-3)
            for a, b in zip(got, others, strict=True)
        )

    expect_true(
        fit(expected),
        fault,
        expected="the parameters after a step with the clipped gradient",
        got="others",
        cause=next((cause for cause, others in slips.items() if fit(others)), None),
    )


def draw_step(rng) -> tuple[nn.Module, Tensor, Tensor]:
    """Return a network and a pair whose gradient's norm is far above 1."""
    inner, out = rng.sample(DISTINCT, 2)
    return nn.Linear(inner, out), torch.randn(6, inner), 20 + torch.randn(6, out)


@exercise("use_gpu.amp_step", weight=2)
@pytest.mark.parametrize("max_norm", [1.0, 1e6], ids=["clipped", "not_clipped"])
def test_amp_step_steps_with_the_unscaled_clipped_gradient(observe, rng, max_norm):
    net, x, y = draw_step(rng)

    losses, parameters, scales = observe(
        step_mixed, net, [(x, y)], max_norm, "cpu", call=f"amp_step, {max_norm=:g}"
    )

    wrongs = {
        "clip after unscale_: the norm of scaled gradients is not theirs": (
            "clipped first"
        ),
        "the gradients are not clipped": "not clipped",
        "the gradients are divided by the scale twice": "unscaled twice",
        "the gradients still hold the scale: scaler.step, not optimizer.step": (
            "still scaled"
        ),
    }
    expect_near(
        parameters,
        clipped_step(net, x, y, max_norm),
        "amp_step does not step with the unscaled, clipped gradient.",
        {
            cause: clipped_step(net, x, y, max_norm, wrong)
            for cause, wrong in wrongs.items()
        }
        | {"no step is made": [p.detach() for p in net.parameters()]},
    )
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = nn.functional.mse_loss(net(x), y).detach()
    expect_equal(len(losses), 1, "amp_step is not called once.")
    expect_close(
        losses[0],
        loss,
        "amp_step does not return the loss.",
        slips={"the loss that is returned is not scaled": SCALE * loss},
        rtol=1e-2,
        atol=1e-3,
    )
    expect_equal(
        scales,
        [2 * SCALE],
        "After a good step the scaler has not been updated once.",
        slips={"scaler.update() is missing": [SCALE]},
    )


@exercise("use_gpu.amp_step")
def test_amp_step_clips_to_one_by_default(observe, rng):
    net, x, y = draw_step(rng)

    parameters = observe(step_by_default, net, x, y, call="amp_step without max_norm")

    expect_near(
        parameters,
        clipped_step(net, x, y, 1.0),
        "By default amp_step does not clip to a norm of 1.",
        {"the gradients are not clipped": clipped_step(net, x, y, 1.0, "not clipped")},
    )


@exercise("use_gpu.amp_step", weight=2)
@pytest.mark.parametrize("bad", [torch.inf, torch.nan])
def test_amp_step_skips_a_step_that_is_not_finite(observe, rng, bad):
    net, x, y = draw_step(rng)
    broken = x.clone()
    broken[rng.randrange(6), 0] = bad
    call = f"amp_step with {bad} in the inputs"

    _, parameters, scales = observe(
        step_mixed, net, [(broken, y)], 1.0, "cpu", call=call
    )
    _, resumed, _ = observe(
        step_mixed,
        net,
        [(broken, y), (x, y)],
        1.0,
        "cpu",
        call=f"{call}, then with good ones",
    )

    expect_near(
        parameters,
        [p.detach() for p in net.parameters()],
        "amp_step does not skip a step whose gradient is not finite.",
        {},
    )
    expect_equal(
        scales,
        [SCALE / 2],
        "After a skipped step the scale is not half.",
        slips={
            "scaler.update() is missing": [SCALE],
            "unscale_ was not told of the gradients: the scaler saw nothing wrong": [
                2 * SCALE
            ],
        },
    )
    expect_near(
        resumed,
        clipped_step(net, x, y, 1.0),
        "A skipped step has an effect on the next one.",
        {},
    )


@exercise("use_gpu.amp_step")
@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_amp_step_runs_network_and_loss_under_autocast(observe, rng, dtype):
    sizes = rng.sample(DISTINCT, 2)

    dtypes, in_loss, in_backward = observe(
        look_into_step, sizes, dtype, call=f"amp_step, dtype {dtype}"
    )

    expect_equal(
        dtypes,
        [f"torch.{dtype}"],
        "The network does not compute in the narrow dtype.",
        slips={
            "the forward pass is not under autocast": ["torch.float32"],
            "float16 is the default dtype, and another may be given": (
                lambda dtypes: len(dtypes) == 1 and "float16" in dtypes[0]
            ),
        },
    )
    expect_true(
        in_loss,
        "The loss is not computed under autocast.",
        expected="loss_fn is called under autocast",
        got="it is called outside",
    )
    expect_true(
        not in_backward,
        "The backward pass runs under autocast.",
        expected="backward after the autocast block",
        got="backward inside",
    )


@exercise("use_gpu.amp_step")
def test_amp_step_returns_a_detached_loss(observe, rng):
    net, x, y = draw_step(rng)

    attached = observe(grads_from_step, net, x, y, call="amp_step(…).requires_grad")

    expect_true(
        not attached,
        "The loss that amp_step returns still holds its graph.",
        expected="a detached tensor",
        got="a tensor that requires a gradient",
    )


@exercise("use_gpu.amp_step")
@pytest.mark.cuda
def test_amp_step_works_on_a_gpu(observe, rng):
    net, x, y = draw_step(rng)

    losses, parameters, scales = observe(
        step_mixed, net, [(x, y)], 1.0, "cuda", call="amp_step on a GPU"
    )

    fault = "amp_step does not step with the unscaled, clipped gradient."
    expect_equal(len(losses), 1, fault)
    expect_near(parameters, clipped_step(net, x, y, 1.0), fault, {})
    expect_equal(
        scales, [2 * SCALE], "After a good step the scaler has not been updated once."
    )


# checkpointed


class Wide(nn.Module):
    """A block whose inside is eight times as wide, and that counts its runs."""

    def __init__(self, d: int, note: Callable[[Any], None], p: float = 0.0):
        super().__init__()
        self.up, self.down = nn.Linear(d, 8 * d), nn.Linear(8 * d, d)
        self.p = p
        self.note = note

    def forward(self, x: Tensor) -> Tensor:
        self.note(1)
        return self.down(nn.functional.dropout(self.up(x).tanh(), self.p))


def same_gradients(
    ex: Any, blocks: list[nn.Module], x: Tensor, with_input: bool
) -> tuple[Tensor, list[Tensor], Tensor, bool]:
    """Return output, gradients of the parameters and of the input, is it a module."""
    net = ex.checkpointed(blocks)
    x.requires_grad_(with_input)
    y = net(x)
    if y.requires_grad:
        (y * torch.arange(1.0, 1 + y.numel()).reshape(y.shape)).sum().backward()
    none = torch.empty(0)
    parameters = [p for block in blocks for p in block.parameters()]
    gradients = [none if p.grad is None else p.grad for p in parameters]
    return y, gradients, none if x.grad is None else x.grad, isinstance(net, nn.Module)


def count_own(ex: Any, blocks: list[nn.Module]) -> int:
    return len(list(ex.checkpointed(blocks).parameters()))


def count_runs(ex: Any, d: int, n: int) -> tuple[int, int, int]:
    """Return the runs after forward, after backward, and of a forward without."""
    runs: list[int] = []
    net = ex.checkpointed([Wide(d, runs.append) for _ in range(n)])
    y = net(torch.randn(4, d, requires_grad=True))
    forward = len(runs)
    y.sum().backward()
    both = len(runs)
    with torch.no_grad():
        net(torch.randn(4, d))
    return forward, both, len(runs) - both


class Made(TorchDispatchMode):
    """Remembers the storages that operators make, as long as they live."""

    def __init__(self) -> None:
        super().__init__()
        self.storages: weakref.WeakSet[Any] = weakref.WeakSet()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        if isinstance(out, Tensor):
            self.storages.add(out.untyped_storage())
        return out


def bytes_between(ex: Any, d: int, rows: int, n: int) -> int:
    """Return the bytes that are alive between forward and backward."""
    net = ex.checkpointed([Wide(d, lambda _: None) for _ in range(n)])
    x = torch.randn(rows, d, requires_grad=True)
    with Made() as made:
        y = net(x)
    gc.collect()
    alive = sum(s.nbytes() for s in made.storages)
    y.sum().backward()
    return alive


def drop_out(ex: Any, d: int) -> tuple[Tensor, Tensor]:
    """Return output and input gradient of a block that only drops out."""
    net = ex.checkpointed([nn.Sequential(nn.Identity(), nn.Dropout(0.5)), nn.Tanh()])
    x = torch.ones(8, d, requires_grad=True)
    y = net(x)
    torch.rand(7)  # others draw numbers too before backward comes
    y.sum().backward()
    return y, x.grad if x.grad is not None else torch.empty(0)


def draw_blocks(rng) -> tuple[list[nn.Module], int]:
    a, b, c = rng.sample(DISTINCT, 3)
    return [
        nn.Sequential(nn.Linear(a, b), nn.Tanh()),
        nn.Linear(b, c),
        nn.Sequential(nn.Sigmoid(), nn.Linear(c, a)),
    ], a


@exercise("use_gpu.checkpointed", weight=2)
@pytest.mark.parametrize("with_input", [True, False], ids=["input_too", "no_input"])
def test_checkpointed_has_the_gradients_of_the_plain_network(observe, rng, with_input):
    blocks, inner = draw_blocks(rng)
    x = torch.randn(5, inner)

    y, gradients, gradient, is_module = observe(
        same_gradients,
        blocks,
        x,
        with_input,
        call="net = checkpointed(blocks); net(x), then backward",
    )

    expect_true(
        is_module,
        "checkpointed does not return an nn.Module.",
        expected="an nn.Module",
        got="something else",
    )
    expected, expected_gradients, expected_gradient = run_outside(
        nn.Sequential(*blocks), x
    )
    expect_close(y, expected, "checkpointed does not run its blocks in order.")
    fault = "The gradients of checkpointed are not those of nn.Sequential."
    lost = (
        "the reentrant kind gives no gradients if the input needs none: "
        "use_reentrant=False"
        if not with_input
        else "no gradient reaches the parameters: something is detached"
    )
    expect_equal(len(gradients), len(expected_gradients), fault)
    for got, wanted in zip(gradients, expected_gradients, strict=True):
        expect_close(got, wanted, fault, slips={lost: torch.empty(0)})
    if with_input:
        expect_close(gradient, expected_gradient, fault)


@exercise("use_gpu.checkpointed")
def test_checkpointed_owns_its_blocks(observe, rng):
    blocks, _ = draw_blocks(rng)

    count = observe(count_own, blocks, call="checkpointed(blocks).parameters()")

    expect_equal(
        count,
        6,
        "The parameters of the blocks are not those of checkpointed(blocks).",
        slips={"modules kept in a plain list are invisible to nn.Module": 0},
    )


@exercise("use_gpu.checkpointed")
def test_checkpointed_runs_each_block_twice(observe, rng):
    d, n = rng.choice(DISTINCT), rng.choice([2, 3, 5])

    forward, both, without = observe(
        count_runs, d, n, call=f"checkpointed({n} blocks): forward and backward"
    )

    expect_equal(forward, n, "checkpointed does not run each block once in forward.")
    expect_equal(
        both,
        2 * n,
        "checkpointed does not run each block once more in backward.",
        slips={"nothing is computed again: activations are stored": n},
    )
    expect_equal(
        without, n, "Without gradients, checkpointed does not run each block once."
    )


@exercise("use_gpu.checkpointed", weight=2)
def test_checkpointed_stores_little(observe, rng):
    d, rows, n = rng.randrange(12, 20), rng.randrange(100, 140), rng.choice([3, 4])

    alive = observe(
        bytes_between, d, rows, n, call=f"checkpointed({n} blocks)(x), before backward"
    )

    inside = n * rows * 8 * d * 4  # and outputs, states of random numbers: half of it
    expect_true(
        alive < 3 * inside / 4,
        "checkpointed stores what its blocks compute inside.",
        expected=f"less than {3 * inside // 4} bytes",
        got=f"{alive} bytes",
        cause="the activations inside each block are kept for backward",
    )


@exercise("use_gpu.checkpointed")
def test_checkpointed_draws_the_same_numbers_again(observe, rng):
    d = rng.randrange(20, 40)

    y, gradient = observe(drop_out, d, call="checkpointed([dropout, tanh]), backward")

    fault = "A block draws other random numbers in its second run."
    shape = [8, d]
    expect_equal(list(y.shape), shape, fault)
    expect_equal(list(gradient.shape), shape, fault)
    kept = y != 0
    expect_close(
        gradient,
        torch.where(kept, 2 * (1 - y.square()), 0.0),
        fault,
        slips={
            "the state of the random numbers is not kept: preserve_rng_state": (
                lambda gradient: bool(((gradient != 0) != kept).any())
            )
        },
        rtol=1e-3,
        atol=1e-4,
    )


# capture


def call_captured(
    ex: Any, fn: Callable[[Tensor], Tensor], inputs: list[Tensor]
) -> tuple[list[Tensor], list[Tensor], bool]:
    """Return the results, all read at the end, the inputs then, and any gradient."""
    run = ex.capture(fn, inputs[0])
    results = [run(x) for x in inputs[1:]]
    needs = any(y.requires_grad for y in results)
    return [y.cpu() for y in results], [x.cpu() for x in inputs], needs


def call_captured_net(
    ex: Any, net: nn.Module, inputs: list[Tensor], device: str
) -> tuple[list[Tensor], list[Tensor], bool]:
    net.to(device)
    return call_captured(ex, net, [x.to(device) for x in inputs])


def call_with_own_output(ex: Any, inputs: list[Tensor]) -> list[Tensor]:
    """Capture a function that returns the same tensor in every call."""
    out = torch.zeros_like(inputs[0])
    return call_captured(ex, lambda x: out.copy_(2 * x), inputs)[0]


def call_in_place(
    ex: Any, inputs: list[Tensor]
) -> tuple[list[Tensor], list[Tensor], bool]:
    """Capture a function that works in place."""
    return call_captured(ex, lambda x: x.mul_(3).add_(1), inputs)


def call_with_another(ex: Any, example: Tensor, other: Tensor, place: str) -> Tensor:
    run = ex.capture(lambda x: x + 1, example)
    run(example.clone())
    return run(other.to(place)).cpu()


def replay_on_gpu(
    ex: Any, net: nn.Module, inputs: list[Tensor]
) -> tuple[list[Tensor], list[Tensor], int]:
    """Return results, inputs, and how often `fn` was called after the capture."""
    net.to("cuda")
    calls: list[int] = []

    def fn(x: Tensor) -> Tensor:
        calls.append(1)
        return net(x)

    inputs = [x.cuda() for x in inputs]
    run = ex.capture(fn, inputs[0])
    before = len(calls)
    results = [run(x) for x in inputs[1:]]
    results = [y.cpu() for y in results]
    return results, [x.cpu() for x in inputs], len(calls) - before


Replayed = tuple[list[Tensor], list[Tensor], list[str], int]


def call_on_made_up_gpu(
    ex: Any, kind: str, inputs: list[Tensor], index: int
) -> Replayed | None:
    """Return results, inputs, where `fn` ran in `capture`, and its later calls.

    None: made-up GPUs do not have all that is asked for.
    """
    card = Card()
    own = put_on_gpu(torch.zeros_like(inputs[0]), index)
    runs: list[str] = []

    def fn(x: Tensor) -> Tensor:
        side = "caller" if card.lane(index) in card.callers else "side"
        runs.append("graph" if card.capturing else side)
        if kind == "in_place":
            return x.mul_(3).add_(1)
        return own.copy_(3 * x + 1) if kind == "own_output" else (3 * x + 1)

    given = [put_on_gpu(x.clone(), index) for x in inputs]
    with changed(ex, card.changes()):
        try:
            run = ex.capture(fn, given[0])
            recorded = list(runs)
            results = [run(x) for x in given[1:]]
        except Exception as error:
            if is_beyond(error):
                return None
            raise
    later = len(runs) - len(recorded)
    return (
        [bring_back(y) for y in results],
        list(map(bring_back, given)),
        recorded,
        later,
    )


def draw_inputs(rng, count: int = 4) -> list[Tensor]:
    n, d = rng.sample(DISTINCT, 2)
    return [torch.randn(n, d) for _ in range(count)]


def expect_results(
    got: list[Tensor], expected: list[Tensor], example: Tensor, fault: str
) -> None:
    expect_equal(len(got), len(expected), fault)
    for y, wanted in zip(got, expected, strict=True):
        slips = {
            "every call gives the result of the example: copy the input in": example,
            "earlier results are overwritten by later calls: clone": expected[-1],
        }
        expect_close(y, wanted, fault, slips=slips, rtol=1e-4, atol=1e-5)


@exercise("use_gpu.capture", weight=2)
def test_capture_computes_with_the_input_of_the_call(observe, rng):
    inputs = draw_inputs(rng)
    d = inputs[0].shape[1]
    net = nn.Sequential(nn.Linear(d, 4), nn.Tanh())

    results, _, needs_gradient = observe(
        call_captured_net, net, inputs, "cpu", call="run = capture(net, x); run(other)"
    )

    example, *expected = (net(x).detach() for x in inputs)
    fault = "The captured function does not compute fn of its input."
    expect_results(results, expected, example, fault)
    expect_true(
        not needs_gradient,
        "A result of the captured function needs a gradient.",
        expected="results without a graph",
        got="results that require a gradient",
        cause="it is for inference: torch.no_grad()",
    )


@exercise("use_gpu.capture")
def test_capture_gives_results_that_last(observe, rng):
    inputs = draw_inputs(rng)

    results = observe(
        call_with_own_output, inputs, call="run = capture(fn, x); run(a); run(b)"
    )

    example, *expected = (2 * x for x in inputs)
    fault = "A result of the captured function is changed by later calls."
    expect_results(results, expected, example, fault)


@exercise("use_gpu.capture", weight=2)
def test_capture_leaves_example_and_inputs_alone(observe, rng):
    inputs = draw_inputs(rng)

    results, after, _ = observe(
        call_in_place, inputs, call="run = capture(x.mul_(3).add_(1), x); run(other)"
    )

    example, *expected = (3 * x + 1 for x in inputs)
    expect_equal(len(after), len(inputs), "The captured function loses inputs.")
    expect_equal(
        after[0],
        inputs[0],
        "The captured function changes the example.",
        slips={
            "the example itself is the graph's input: capture with a clone": (
                lambda _: True
            )
        },
    )
    expect_equal(
        after[1:],
        inputs[1:],
        "The captured function changes its inputs.",
        slips={"fn may work in place: give it a copy of the input": lambda _: True},
    )
    expect_results(
        results,
        expected,
        example,
        "The captured function does not compute fn of its input.",
    )


@exercise("use_gpu.capture")
@pytest.mark.parametrize("kind", ["shape", "broadcasts", "dtype", "device"])
def test_capture_refuses_other_kinds_of_input(observe, rng, kind):
    n, d = rng.sample(DISTINCT, 2)
    example = torch.randn(n, d)
    other = {
        "shape": torch.randn(n + 1, d),
        "broadcasts": torch.randn(1, d),
        "dtype": torch.randn(n, d, dtype=torch.float64),
        "device": example,
    }[kind]

    raised = observe.error(
        call_with_another,
        example,
        other,
        "meta" if kind == "device" else "cpu",
        call=f"run = capture(fn, x); run(input of another {kind})",
    )

    expect_error(
        raised,
        ValueError,
        f"The captured function takes an input of another kind ({kind}).",
        cause="copy_ broadcasts and casts in silence: compare first",
    )


@exercise("use_gpu.capture", weight=2)
@pytest.mark.parametrize("index", [0, 1], ids=["current_gpu", "other_gpu"])
@pytest.mark.parametrize("kind", ["plain", "in_place", "own_output"])
def test_capture_warms_up_records_and_replays(observe, rng, kind, index):
    inputs = draw_inputs(rng)

    seen = observe(
        call_on_made_up_gpu,
        kind,
        inputs,
        index,
        call=f"run = capture(fn, x); run(y) on 'cuda:{index}', GPUs made up, {kind}",
    )

    if seen is None:
        return
    results, after, runs, later = seen
    warm = runs[:-1]
    expect_equal(
        runs[-1:],
        ["graph"],
        "fn is not recorded in a CUDA graph.",
        slips={"with torch.cuda.graph(graph): output = fn(static)": lambda _: True},
    )
    expect_true(
        len(warm) > 0,
        "fn is not run to warm up before it is recorded.",
        expected="calls of fn on a side stream before the graph",
        got="none",
        cause="the first call may set up what a graph cannot record",
    )
    expect_equal(
        warm,
        ["side"] * len(warm),
        "fn does not warm up on a side stream.",
        slips={
            "fn is recorded once": lambda warm: "graph" in warm,
            "with torch.cuda.stream(side) around the warm-up": (
                lambda warm: "caller" in warm
            ),
        },
    )
    expect_equal(
        later,
        0,
        "The captured function calls fn again on a GPU.",
        slips={"no graph is replayed: graph.replay()": lambda later: later >= 3},
    )
    example, *expected = (3 * x + 1 for x in inputs)
    fault = "The captured function does not compute fn of its input."
    expect_results(results, expected, example, fault)
    expect_equal(after, inputs, "The captured function changes example or inputs.")


@exercise("use_gpu.capture")
@pytest.mark.cuda
def test_capture_replays_a_graph_on_a_gpu(observe, rng):
    inputs = draw_inputs(rng)
    d = inputs[0].shape[1]
    net = nn.Sequential(nn.Linear(d, 4), nn.Tanh())

    results, after, calls = observe(
        replay_on_gpu, net, inputs, call="run = capture(net, x); run(other) on a GPU"
    )

    example, *expected = (net(x).detach() for x in inputs)
    fault = "The captured function does not compute fn of its input."
    expect_results(results, expected, example, fault)
    expect_equal(after, inputs, "The captured function changes example or inputs.")
    expect_equal(
        calls,
        0,
        "The captured function calls fn again on a GPU.",
        slips={"no graph is replayed: torch.cuda.graph, then graph.replay()": 3},
    )
