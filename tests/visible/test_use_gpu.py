"""GPUs: small cases to check your own work against; none of them needs a GPU.

Some run on `sim:0`, a simulated accelerator, or on your GPU if there is one. To try
something on `sim:0` yourself: `from grader import sim`, then `with sim.attached(): …`.
"""

import time
import timeit
from collections import namedtuple
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from typing import Any
from unittest import mock
from weakref import WeakSet

import pytest
import torch
from torch import Tensor, nn

from grader import sim
from grader.observe import (
    expect_close,
    expect_equal,
    expect_error,
    expect_true,
    expect_unchanged,
    say,
)

exercise = pytest.mark.exercise
SIM = pytest.param("sim", marks=pytest.mark.sim)
CUDA = pytest.param("cuda", marks=pytest.mark.cuda)
on_device = pytest.mark.parametrize("device", [SIM, CUDA])


def there(device: str) -> Any:
    """Return a block in which there is such a device."""
    return sim.attached() if device == "sim" else nullcontext()


def find_devices(ex: Any, made_up: int) -> tuple[list[str], list[str]]:
    """Return what num_gpus() + 1 calls of try_gpu give, and what try_all_gpus does."""
    says = {"device_count": lambda: made_up, "is_available": lambda: made_up > 0}
    with mock.patch.multiple(torch.cuda, **says):
        asked = [ex.try_gpu(i) for i in range(ex.num_gpus() + 1)]
        return list(map(name_device, asked)), list(map(name_device, ex.try_all_gpus()))


def name_device(device: Any) -> str:
    is_device = isinstance(device, torch.device)
    return str(device).replace("cpu:0", "cpu") if is_device else repr(device)


def ask_for_gpu(ex: Any, i: int) -> str:
    return str(ex.try_gpu(i))


@exercise("use_gpu.try_gpu")
@pytest.mark.parametrize("made_up", [0, 3])
def test_devices_are_found(observe, made_up):
    asked, listed = observe(
        find_devices,
        made_up,
        call=say("try_gpu(0), … try_gpu({n}); try_all_gpus()", n=made_up),
    )

    gpus = [f"cuda:{i}" for i in range(len(asked) - 1)]
    expect_equal(
        asked,
        [*gpus, "cpu"],
        "try_gpu does not give each GPU, and the CPU where there is none.",
        slips={
            "GPUs count from 0: the last one is num_gpus() - 1": (
                [*gpus, f"cuda:{len(gpus)}"]
            ),
            "a device without an index is whichever is current: write cuda:0": (
                lambda names: "cuda" in names
            ),
        },
    )
    expect_equal(
        listed,
        gpus or ["cpu"],
        "try_all_gpus does not list all GPUs, or the CPU if there is none.",
        slips={
            "without a GPU the list is empty": [],
            "the CPU is listed only if there is no GPU": [*gpus, "cpu"],
        },
    )


@exercise("use_gpu.try_gpu")
def test_try_gpu_refuses_a_negative_number(observe):
    raised = observe.error(ask_for_gpu, -1, call="try_gpu(-1)")

    expect_error(raised, ValueError, "try_gpu takes a negative number.")


def move_batch(ex: Any, x: Tensor, device: str) -> tuple[list[str], list[Tensor], str]:
    with there(device):
        moved = ex.to_device({"x": x, "more": [x, (x, "name")]}, device)
    tensors = [moved["x"], moved["more"][0], moved["more"][1][0]]
    return [t.device.type for t in tensors], tensors, moved["more"][1][1]


@exercise("use_gpu.to_device")
@on_device
def test_to_device_moves_every_tensor(observe, device):
    x = torch.randn(2, 3)

    places, values, name = observe(
        move_batch,
        x,
        device,
        call=say(
            "to_device({{'x': x, 'more': [x, (x, 'name')]}}, {device})",
            device=repr(device),
        ),
    )

    expect_equal(
        places,
        [device] * 3,
        "to_device leaves tensors where they were.",
        slips={
            "t.to(device) returns the moved tensor; t itself does not move": ["cpu"] * 3
        },
    )
    expect_equal(values, [x] * 3, "Values change on their way to the device.")
    expect_equal(name, "name", "to_device does not keep what is no tensor.")


Pair = namedtuple("Pair", "inputs targets")


@dataclass(frozen=True)
class Sample:
    image: Tensor
    kind: type


def build_batch(ex: Any, x: Tensor) -> list[str]:
    moved = ex.to_device([Pair(x, "a"), Sample(x, Sample), (x, 1)], "meta")
    tensors = moved[0].inputs, moved[1].image, moved[2][0]
    return [
        f"{type(part).__name__} of {x.dtype} on {x.device}"
        for part, x in zip(moved, tensors, strict=True)
    ]


@exercise("use_gpu.to_device")
def test_to_device_builds_the_batch_alike(observe):
    parts = observe(
        build_batch,
        torch.ones(2, dtype=torch.int64),
        call="to_device([Pair(x, 'a'), Sample(x, Sample), (x, 1)], 'meta')",
        causes={
            r"FrozenInstanceError": (
                "a frozen dataclass cannot be assigned to: make a new one"
            ),
            r"TypeError: .*Pair": (
                "a named tuple takes its parts one by one: type(batch)(*parts)"
            ),
            r"AttributeError: type object": "is_dataclass is true of the class, too",
            r"AttributeError: 'tuple'": (
                "a named tuple is a class of its own, not a tuple"
            ),
            r"AttributeError: 'list'": "a tuple stays a tuple, a list a list",
        },
    )

    alike = [f"{name} of torch.int64 on meta" for name in ("Pair", "Sample", "tuple")]
    expect_equal(parts, alike, "to_device does not build the batch alike.")


def keep_batch(ex: Any, x: Tensor) -> tuple[bool, bool, str]:
    batch = {"x": x, "thing": object()}
    same = ex.to_device(batch, "cpu")
    kept = same["x"] is x, same["thing"] is batch["thing"]
    ex.to_device(batch, "meta")
    return *kept, batch["x"].device.type


@exercise("use_gpu.to_device")
def test_to_device_copies_nothing_that_is_there(observe):
    tensor_kept, thing_kept, place = observe(
        keep_batch, torch.ones(2), call="to_device({'x': x, 'thing': thing}, 'cpu')"
    )

    expect_true(
        tensor_kept and thing_kept,
        "to_device copies what needs no move.",
        expected="the tensor and the thing themselves",
        got="others",
        cause="clone and deepcopy always copy; t.to(device) does not",
    )
    expect_equal(place, "cpu", "to_device changes the caller's batch.")


def train_line(
    ex: Any, batches: list[tuple[Tensor, Tensor]]
) -> tuple[float, Tensor, list[bool], int]:
    """Return loss, weight, modes in which the network ran, and most graphs alive."""
    net, modes, most = nn.Linear(1, 1, bias=False).eval(), [], 0
    nn.init.zeros_(net.weight)
    net.weight.grad = torch.ones(1, 1)
    graphs: WeakSet[Any] = WeakSet()

    def note(_: Any, __: Any, y: Tensor) -> None:
        nonlocal most
        modes.append(net.training)
        if y.requires_grad:
            y.register_hook(hook := lambda _: None)  # it lives as long as the graph
            graphs.add(hook)
        most = max(most, len(graphs))

    net.register_forward_hook(note)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.25)
    loss = ex.train_epoch(net, iter(batches), nn.MSELoss(), optimizer, "cpu")
    return loss, net.weight, modes, most


@exercise("use_gpu.train_epoch")
def test_train_epoch_makes_a_step_for_each_batch(observe):
    x = torch.tensor([[1.0], [-1.0]])

    loss, weight, modes, graphs = observe(
        train_line,
        [(x, 2 * x), *[(x[:1], 2 * x[:1])] * 2],
        call="train_epoch on y = 2 x, batches of 2, 1 and 1, a gradient from before",
        causes={r"TypeError: .* no len": "an iterator has no len(): count the batches"},
    )

    # weight 0, loss 4, gradient -4; 1, 1, -2; 1.5, 0.25, -1; weight 1.75
    expect_close(
        weight,
        torch.tensor([[1.75]]),
        "train_epoch does not train the network as it should.",
        slips={
            "gradients add up: optimizer.zero_grad()": torch.tensor([[3.4375]]),
            "zero_grad comes before backward, in the first step too": (
                torch.tensor([[1.6875]])
            ),
        },
    )
    expect_equal(
        round(float(loss), 4),
        1.75,
        "train_epoch does not return the mean of the losses.",
        slips={"batches count alike, whatever their sizes": 2.3125},
    )
    expect_equal(modes, [True] * 3, "The network does not run in training mode.")
    expect_equal(
        max(graphs, 2),
        2,
        "train_epoch keeps more than the graphs of two batches alive.",
        cause="loss holds its whole graph: add up or keep loss.detach()",
    )


@exercise("use_gpu.train_epoch")
def test_train_epoch_refuses_an_empty_loader(observe):
    raised = observe.error(train_line, [], call="train_epoch with no batches")

    expect_error(raised, ValueError, "train_epoch takes an empty loader.")


def count_waits(ex: Any, batches: list[tuple[Tensor, Tensor]]) -> int:
    with sim.attached() as meter:
        net = nn.Linear(1, 1, device="sim")
        optimizer = torch.optim.SGD(net.parameters(), lr=0.25)
        ex.train_epoch(net, batches, nn.MSELoss(), optimizer, "sim")
        return meter.waits


@exercise("use_gpu.train_epoch")
@pytest.mark.sim
def test_train_epoch_waits_for_the_device_once(observe):
    x = torch.tensor([[1.0], [-1.0]])

    waits = observe(count_waits, [(x, 2 * x)] * 4, call="train_epoch on four batches")

    expect_true(
        waits <= 1,
        "train_epoch waits for the device more than once in an epoch.",
        expected="1 wait",
        got=say("{waits}", waits=waits),
        cause="item, float, cpu or a print of the loss in the loop waits at every step"
        if waits >= 4
        else None,
    )


class Machine:
    """A clock that only work moves, and a GPU that works on after a call."""

    def __init__(self) -> None:
        self.now = self.ready = 0.0

    def launch(self, seconds: float) -> None:
        self.now += 1
        self.ready = max(self.ready, self.now) + seconds

    def synchronize(self, *_: object) -> None:
        self.now = max(self.now, self.ready)


class Mark:
    """What it has for `torch.cuda.Event`."""

    def __init__(self, machine: Machine) -> None:
        self.machine, self.time = machine, 0.0

    def record(self, *_: object) -> None:
        self.time = max(self.machine.now, self.machine.ready)

    def synchronize(self) -> None:
        self.machine.now = max(self.machine.now, self.time)

    def elapsed_time(self, end: "Mark") -> float:
        return 1000 * (end.time - self.time)


def replace(ex: Any, block: ExitStack, owner: Any, name: str, new: Any) -> None:
    """Replace what is there by that name, also where your file has imported it."""
    old = getattr(owner, name)
    places = [(ex, mine) for mine, value in vars(ex).items() if value is old]
    for place, spot in [(owner, name), *places]:
        block.enter_context(mock.patch.object(place, spot, new))


def time_made_up(
    ex: Any, device: str, seconds: list[float], warmup: int
) -> tuple[float, int]:
    machine, calls = Machine(), []

    def fn() -> None:
        needed = seconds[len(calls)] if len(calls) < len(seconds) else 99.0
        calls.append(1)
        if device == "cpu":
            machine.now += needed
        else:
            machine.launch(needed)

    def clock() -> float:
        return machine.now

    with ExitStack() as block:
        for name in ("perf_counter", "monotonic", "time"):
            replace(ex, block, time, name, clock)
            replace(ex, block, time, f"{name}_ns", lambda: round(1e9 * machine.now))
        for function in (timeit.timeit, timeit.repeat):
            values = function.__defaults__ or ()
            mine = tuple(clock if v is timeit.default_timer else v for v in values)
            block.enter_context(mock.patch.object(function, "__defaults__", mine))
        if device != "cpu":
            replace(ex, block, torch.cuda, "synchronize", machine.synchronize)
            replace(ex, block, torch.accelerator, "synchronize", machine.synchronize)
            replace(ex, block, torch.cuda, "current_stream", lambda *_: machine)
            replace(ex, block, torch.cuda, "Event", lambda **_: Mark(machine))
            replace(ex, block, torch.cuda, "device", nullcontext)
        measured = ex.time_op(fn, device, warmup, len(seconds) - warmup)
    return measured, len(calls)


@exercise("use_gpu.time_op")
def test_time_op_gives_the_median_of_single_calls(observe):
    measured, calls = observe(
        time_made_up,
        "cpu",
        [50.0, 60.0, 1.0, 2.0, 10.0, 5.0],
        2,
        call="time_op(fn, 'cpu', 2, 4), fn takes 50, 60, 1, 2, 10, 5 seconds",
    )

    expect_equal(calls, 6, "time_op does not call fn warmup + repeat times.")
    expect_equal(
        round(measured, 6),
        3.5,
        "time_op does not give the median of the times that count.",
        slips={
            "the mean follows every outlier, the median does not": 4.5,
            "the median of an even number is the mean of the two in the middle": (
                lambda got: got in (2, 5)
            ),
            "the times are not sorted": lambda got: got in (10, 6),
            "the warm-up counts, too": 7.5,
        },
    )


@exercise("use_gpu.time_op")
def test_time_op_takes_zero_and_refuses_less(observe):
    _, calls = observe(
        time_made_up, "cpu", [1.0, 2.0], 0, call="time_op(fn, 'cpu', 0, 2)"
    )
    expect_equal(calls, 2, "time_op warms up where it should not.")

    raised = observe.error(
        time_made_up, "cpu", [1.0, 2.0], -1, call="time_op(fn, 'cpu', -1, 3)"
    )
    expect_error(raised, ValueError, "time_op takes a negative number.")


@exercise("use_gpu.time_op")
def test_time_op_waits_for_the_gpu(observe):
    measured, _ = observe(
        time_made_up,
        "cuda:0",
        [50.0, 60.0, 1.0, 2.0, 10.0, 5.0],
        2,
        call="time_op(fn, 'cuda:0', 2, 4), the GPU and its clock made up",
    )

    # each call takes the host a second, then the GPU works on
    expect_equal(
        round(measured, 6),
        4.5,
        "time_op does not measure how long the GPU works.",
        slips={
            "the GPU works on after the call: wait before you read the clock": 1.0,
            "the warm-up still runs when the clock starts: wait before that too": 8.5,
        },
    )


def audit_net(ex: Any, device: str) -> list[str]:
    with there(device):
        net = nn.Sequential(nn.Linear(2, 2, device=device), nn.ReLU())
        net[1].scales = [torch.ones(2), torch.ones(2, device=device)]
        return sorted(ex.placement_audit(net, "cpu"))


@exercise("use_gpu.placement_audit")
@on_device
def test_audit_finds_what_is_elsewhere(observe, device):
    paths = observe(
        audit_net,
        device,
        call=say(
            "placement_audit(net, 'cpu'), parts of net are on {device}",
            device=repr(device),
        ),
    )

    expect_equal(
        paths,
        ["0.bias", "0.weight", "1.scales.1"],
        "placement_audit does not give the paths of all tensors that are elsewhere.",
        slips={"what a plain attribute holds counts too": ["0.bias", "0.weight"]},
    )


def add_positions(ex: Any, x: Tensor) -> tuple[Tensor, Tensor]:
    return ex.SinusoidalPositions(4, 10)(x), x


@exercise("use_gpu.SinusoidalPositions")
def test_positions_add_sines_and_cosines(observe):
    x = torch.zeros(3, 4)

    y, after = observe(
        add_positions, x, call="SinusoidalPositions(4, 10)(x) with x (3, 4) of zeros"
    )

    angles = torch.tensor([[0.0, 0.0], [1.0, 0.01], [2.0, 0.02]])
    expect_close(
        y,
        torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1),
        "SinusoidalPositions does not add the codes of the positions.",
        slips={
            "sines and cosines take turns; here they stand in two halves": torch.cat(
                [angles.sin(), angles.cos()], dim=-1
            )
        },
        atol=1e-5,
        rtol=1e-4,
    )
    expect_unchanged(
        after,
        x,
        "SinusoidalPositions changes the caller's tensor.",
        cause="x += … works on x itself",
    )


def count_arrivals(ex: Any, x: Tensor) -> int:
    with sim.attached() as meter:
        net, x = ex.SinusoidalPositions(4, 10).to("sim"), x.to("sim")
        meter.reset()
        net(x)
        return meter.arrivals


@exercise("use_gpu.SinusoidalPositions")
@pytest.mark.sim
def test_positions_are_on_the_device(observe):
    arrivals = observe(
        count_arrivals,
        torch.zeros(3, 4),
        call="SinusoidalPositions(4, 10).to('sim')(x), x on sim",
        causes={
            r"(?i)device": "net.to moves buffers, not plain attributes; in forward, "
            ".to(x) follows x"
        },
    )

    expect_equal(
        arrivals,
        0,
        "The codes are sent to the device in the call.",
        cause="constants made on the CPU in forward, or a plain attribute, cross at "
        "every call: register_buffer",
    )


def log_norms(ex: Any, matrices: list[Tensor]) -> Tensor:
    return ex.norm_log(matrices, "cpu")


@exercise("use_gpu.norm_log")
def test_norm_log_gives_the_norms_of_the_products(observe):
    norms = observe(
        log_norms,
        [torch.tensor([[0.0, 2.0], [2.0, 0.0]]), torch.ones(1, 1)],
        call="norm_log([[[0, 2], [2, 0]], [[1]]], 'cpu')",
    )

    expect_close(
        norms,
        torch.tensor([32.0**0.5, 1.0]),
        "norm_log does not give the norm of each product.",
    )


def log_on_device(ex: Any, matrices: list[Tensor]) -> tuple[str, int]:
    """Return where the norms are, and the waits for the device."""
    with sim.attached() as meter:
        return ex.norm_log(matrices, "sim").device.type, meter.waits


@exercise("use_gpu.norm_log")
@pytest.mark.sim
def test_norm_log_waits_for_the_device_once(observe):
    place, waits = observe(
        log_on_device, [torch.eye(2)] * 4, call="norm_log(four matrices, 'sim')"
    )

    expect_equal(
        place,
        "cpu",
        "norm_log does not return the norms on the CPU.",
        cause="the norms stay on the device: .cpu() at the end",
    )
    expect_equal(
        waits,
        1,
        "norm_log does not bring the norms back together.",
        slips={
            "item, cpu or a write into a CPU tensor per matrix waits at every step": (
                lambda waits: waits > 1
            )
        },
    )


def run_parallel(ex: Any, net: nn.Module, x: Tensor) -> tuple[Tensor, bool]:
    y = ex.data_parallel(net, x, ["cpu", "cpu"])
    y.sum().backward()
    return y, all(p.grad is not None for p in net.parameters())


@exercise("use_gpu.data_parallel")
def test_data_parallel_equals_one_device(observe):
    net, x = nn.Linear(3, 2), torch.randn(5, 3)

    y, has_gradients = observe(
        run_parallel, net, x, call="data_parallel(net, x, ['cpu', 'cpu']), x (5, 3)"
    )

    expect_close(y, net(x), "data_parallel does not give the output of the network.")
    expect_true(
        has_gradients,
        "The gradients do not reach the network.",
        expected="a gradient for every parameter",
        got="none",
        cause="a deep copy cuts the graph",
    )


def take_all(ex: Any, batches: list[Tensor]) -> list[Tensor]:
    return list(ex.prefetch(batches, "cpu"))


@exercise("use_gpu.prefetch")
def test_prefetch_keeps_batches_and_their_order(observe):
    batches = [torch.arange(n) for n in (3, 1, 2)]

    got = observe(take_all, batches, call="list(prefetch(batches, 'cpu'))")

    expect_equal(got, batches, "prefetch does not keep the batches and their order.")


def measure(ex: Any) -> int:
    def fn() -> None:
        a = torch.zeros(1000)
        b = a + 1
        del a
        b[1:].mul_(2)

    return ex.peak_memory(fn, "cpu")


@exercise("use_gpu.peak_memory")
def test_peak_memory_counts_storages(observe):
    peak = observe(measure, call="peak_memory(fn, 'cpu'), two tensors of 4000 bytes")

    expect_equal(
        peak,
        8000,
        "peak_memory does not give the most bytes held at once.",
        slips={"views share one storage": lambda peak: peak > 8000},
    )


def step_mixed(ex: Any, x: Tensor) -> tuple[Tensor, float]:
    net = nn.Linear(2, 1)
    for p in net.parameters():
        nn.init.zeros_(p)
    optimizer = torch.optim.SGD(net.parameters(), lr=1.5)
    scaler = torch.amp.GradScaler("cpu", init_scale=64.0)
    y, loss_fn = torch.full((1, 1), 0.5), nn.MSELoss()
    ex.amp_step(net, x, y, loss_fn, optimizer, scaler, max_norm=1.0)
    return net.weight, scaler.get_scale()


@exercise("use_gpu.amp_step")
def test_amp_step_steps_with_the_unscaled_clipped_gradient(observe):
    weight, _ = observe(
        step_mixed,
        torch.full((1, 2), 2.0),
        call="amp_step on [[2, 2]], target 0.5, weights 0, lr 1.5, max_norm 1",
    )

    # the gradient (-2, -2, -1) has norm 3, and is clipped to (-2/3, -2/3, -1/3)
    expect_close(
        weight,
        torch.ones(1, 2),
        "amp_step does not step with the unscaled, clipped gradient.",
        slips={
            "the gradients are divided by the scale after they are clipped, or once "
            "more then: unscale_ comes first": torch.full((1, 2), 1 / 64),
            "the gradients are not clipped": torch.full((1, 2), 3.0),
        },
        rtol=1e-3,
    )


@exercise("use_gpu.amp_step")
def test_amp_step_skips_a_step_that_is_not_finite(observe):
    weight, scale = observe(
        step_mixed,
        torch.full((1, 2), torch.inf),
        call="amp_step with inf in the inputs",
    )

    expect_equal(weight, torch.zeros(1, 2), "amp_step does not skip the step.")
    expect_equal(
        scale,
        32.0,
        "After a skipped step the scale is not half.",
        slips={"scaler.update() is missing": 64.0},
    )


def run_checkpointed(
    ex: Any, blocks: list[nn.Module], x: Tensor, needs: bool
) -> tuple[Tensor, bool, list[int]]:
    """Return the result, whether gradients come, and which block runs when."""
    runs: list[int] = []
    for i, block in enumerate(blocks):
        block.register_forward_pre_hook(lambda *_, i=i: runs.append(i))
    y = ex.checkpointed(blocks)(x.requires_grad_(needs))
    y.sum().backward()
    return y, all(p.grad is not None for b in blocks for p in b.parameters()), runs


@exercise("use_gpu.checkpointed")
def test_checkpointed_runs_its_blocks_in_order(observe):
    blocks = [nn.Linear(2, 3), nn.Linear(3, 1)]
    x = torch.randn(5, 2)

    for needs, once in (
        (True, "nothing is computed again: activations are stored"),
        (False, "the blocks' parameters need gradients, whatever the input does"),
    ):
        y, has_gradients, runs = observe(
            run_checkpointed,
            blocks,
            x,
            needs,
            call=say(
                "checkpointed(blocks)(x), x.requires_grad = {needs}, then backward",
                needs=needs,
            ),
        )

        fault = "checkpointed does not run its blocks in order."
        expect_close(y, nn.Sequential(*blocks)(x), fault)
        expect_true(
            has_gradients,
            "The gradients do not reach the blocks.",
            expected="a gradient for every parameter",
            got="none",
            cause="the reentrant kind gives no gradients if the input needs none",
        )
        expect_equal(
            runs,
            [0, 1, 1, 0],
            "checkpointed does not call each block, and again when backward comes to "
            "it.",
            slips={
                once: [0, 1],
                "the last block has no checkpoint, as in checkpoint_sequential": (
                    [0, 1, 0]
                ),
                "each block needs a checkpoint of its own, to run again when backward "
                "comes to it": [0, 1, 0, 1],
            },
        )


def call_captured(ex: Any, example: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
    run = ex.capture(lambda x: 2 * x, example)
    return run(x), run(x + 1)


@exercise("use_gpu.capture")
def test_capture_computes_with_the_input_of_the_call(observe):
    first, second = observe(
        call_captured,
        torch.zeros(3),
        torch.ones(3),
        call="run = capture(2 * x, zeros); run(ones), run(twos)",
    )

    fault = "The captured function does not compute fn of its input."
    expect_close(first, torch.full((3,), 2.0), fault)
    expect_close(second, torch.full((3,), 4.0), fault)
