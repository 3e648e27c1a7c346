"""Training that is resumed from a checkpoint takes the course it would have taken."""

import copy
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_close, expect_equal, expect_error, expect_true, say
from read_write_helpers import DISTINCT, State, form, net_state, read_plainly

pytestmark = [
    pytest.mark.exercise("read_write.save_checkpoint"),
    pytest.mark.allows("seed", reason="a checkpoint holds the random numbers' state"),
]


Run = tuple[nn.Module, torch.optim.Optimizer, torch.optim.lr_scheduler.StepLR]


def start_run(net: nn.Module, kind: str, order: str = "as listed") -> Run:
    """Return a run with two groups, whose parameters have one shape in each."""
    decayed = [p for p in net.parameters() if p.dim() > 1]
    biases = [p for p in net.parameters() if p.dim() == 1]
    if order == "reversed":
        decayed, biases = decayed[::-1], biases[::-1]
    elif order == "one moved":
        decayed, biases = decayed[:-1], [*biases, decayed[-1]]
    groups = [{"params": decayed, "weight_decay": 0.1}, {"params": biases}]
    if kind == "SGD":
        optimizer: torch.optim.Optimizer = torch.optim.SGD(groups, lr=0.1, momentum=0.9)
    else:
        optimizer = torch.optim.AdamW(groups, lr=0.1)
    return net, optimizer, torch.optim.lr_scheduler.StepLR(optimizer, 3, 0.5)


def go_on(run: Run, steps: int, x: Tensor) -> None:
    net, optimizer, scheduler = run
    for _ in range(steps):
        optimizer.zero_grad()
        noisy = x + 0.3 * torch.randn(x.shape)
        (net(noisy) - x.flip(1)).square().mean().backward()
        optimizer.step()
        scheduler.step()


def result_of(run: Run) -> tuple[State, list[float]]:
    net, optimizer, _ = run
    return net_state(net), [float(group["lr"]) for group in optimizer.param_groups]


@dataclass(frozen=True)
class Course:
    """How a run is trained before and after its break."""

    kind: str
    before: int
    after: int
    seeds: tuple[int, int]


def interrupt_run(
    ex: Any, nets: list[nn.Module], x: Tensor, course: Course, order: str
) -> tuple[int, State, list[float]]:
    """Train, save, train on; then resume a new run from the file, moved meanwhile."""
    run = start_run(nets[0], course.kind)
    torch.manual_seed(course.seeds[0])
    go_on(run, course.before, x)
    with TemporaryDirectory() as folder:
        path, moved = Path(folder, "run.pt"), Path(folder, "moved.pt")
        ex.save_checkpoint(path, *run, course.before)
        go_on(run, 2, x)
        ex.save_checkpoint(Path(folder, "later.pt"), *run, course.before + 2)
        path.rename(moved)
        resumed = start_run(nets[1], course.kind, order)
        torch.manual_seed(course.seeds[1])
        step = ex.load_checkpoint(moved, *resumed)
    go_on(resumed, course.after, x)
    return step, *result_of(resumed)


def read_checkpoint(ex: Any, net: nn.Module, x: Tensor) -> str:
    run = start_run(net, "AdamW")
    go_on(run, 1, x)
    with TemporaryDirectory() as folder:
        path = Path(folder, "run.pt")
        ex.save_checkpoint(path, *run, 1)
        read = read_plainly(path)
    return read if isinstance(read, str) else ""


def expected_run(
    nets: list[nn.Module], x: Tensor, course: Course, lost: str = ""
) -> tuple[State, list[float]]:
    """Return the result of the course without a break, or with one that loses a part.

    A part is model, optimizer, scheduler, rng, or order: what is left when optimizer
    state goes by position to parameters in reversed order.
    """
    old, new = (copy.deepcopy(net) for net in nets)
    run = start_run(old, course.kind)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(course.seeds[0])
        go_on(run, course.before, x)
        if not lost:
            go_on(run, course.after, x)
            return result_of(run)
        order = "reversed" if lost == "order" else "as listed"
        resumed = start_run(new, course.kind, order)
        parts = zip(("model", "optimizer", "scheduler"), run, resumed, strict=True)
        for name, saved, into in parts:
            if name != lost:
                into.load_state_dict(copy.deepcopy(saved.state_dict()))
        if lost == "rng":
            torch.manual_seed(course.seeds[1])
        go_on(resumed, course.after, x)
        return result_of(resumed)


def square_nets(rng) -> tuple[list[nn.Module], Tensor]:
    d = rng.choice(DISTINCT)
    nets: list[nn.Module] = [
        nn.Sequential(nn.Linear(d, d), nn.Tanh(), nn.Linear(d, d), nn.Linear(d, d))
        for _ in range(2)
    ]
    return nets, torch.randn(6, d)


def make_course(rng, kind: str) -> Course:
    seeds = rng.sample(range(1 << 30), 2)
    return Course(kind, rng.randrange(4, 6), rng.randrange(3, 6), tuple(seeds))


LOST = {
    "rng": "the random numbers start anew: keep torch.get_rng_state()",
    "optimizer": "the optimizer starts anew, without its momentum and its step count",
    "scheduler": "the scheduler starts anew: keep its state_dict() too",
    "model": "the parameters are not loaded",
}


@pytest.mark.weight(2)
@pytest.mark.parametrize("kind", ["SGD", "AdamW"])
def test_resumed_training_takes_its_course(observe, rng, kind):
    nets, x = square_nets(rng)
    course = make_course(rng, kind)

    step, state, rates = observe(
        interrupt_run,
        nets,
        x,
        course,
        "as listed",
        call=say(
            "{before} steps with {kind}; save_checkpoint; load_checkpoint into a new "
            "run; {after} steps",
            before=course.before,
            kind=kind,
            after=course.after,
        ),
    )

    expected, expected_rates = expected_run(nets, x, course)
    slips = {cause: expected_run(nets, x, course, lost) for lost, cause in LOST.items()}
    expect_equal(step, course.before, "load_checkpoint does not return the saved step.")
    expect_equal(form(state), form(expected), "The resumed network has another form.")
    for name, value in expected.items():
        expect_close(
            state[name],
            value,
            "Resumed training leaves the course of the unbroken run.",
            slips={cause: slip[0][name] for cause, slip in slips.items()},
        )
    expect_equal(
        rates,
        expected_rates,
        "After resuming, the learning rates are not those of the unbroken run.",
        slips={cause: slip[1] for cause, slip in slips.items()},
    )


@pytest.mark.parametrize("kind", ["SGD", "AdamW"])
def test_optimizer_state_goes_by_name(observe, rng, kind):
    nets, x = square_nets(rng)
    course = make_course(rng, kind)

    _, state, _ = observe(
        interrupt_run,
        nets,
        x,
        course,
        "reversed",
        call=say(
            "save_checkpoint; load_checkpoint with a new {kind} that lists the "
            "parameters of each group in reversed order",
            kind=kind,
        ),
    )

    expected, _ = expected_run(nets, x, course)
    by_position, _ = expected_run(nets, x, course, "order")
    expect_equal(form(state), form(expected), "The resumed network has another form.")
    for name, value in expected.items():
        expect_close(
            state[name],
            value,
            "Parameters get the optimizer state of others.",
            slips={
                "optimizer.state_dict() goes by position: keep the names of each "
                "group's parameters beside it": by_position[name]
            },
        )


def test_other_groups_of_parameters_are_refused(observe, rng):
    nets, x = square_nets(rng)

    raised = observe.error(
        interrupt_run,
        nets,
        x,
        make_course(rng, "SGD"),
        "one moved",
        call="load_checkpoint with a new optimizer that has one parameter in the "
        "other group",
    )

    expect_error(
        raised,
        ValueError,
        "load_checkpoint does not refuse an optimizer with other groups.",
        cause="compare the names of each group's parameters with the saved ones",
    )


def test_checkpoint_is_plain_data(observe, rng):
    nets, x = square_nets(rng)

    problem = observe(
        read_checkpoint,
        nets[0],
        x,
        call="save_checkpoint(path, …); torch.load(path, weights_only=True)",
    )

    expect_true(
        not problem,
        "torch.load(path, weights_only=True) does not read the checkpoint.",
        expected="plain data and tensors",
        got=problem,
        cause="an object is pickled with its class: save its state_dict()"
        if "refuses" in problem
        else None,
    )
