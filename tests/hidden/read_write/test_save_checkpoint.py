"""Training that is resumed from a checkpoint takes the course it would have taken."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.optim import lr_scheduler

from grader.observe.differ import BITS, alike
from read_write_helpers import DISTINCT, copied, unpack

pytestmark = [
    pytest.mark.exercise("read_write.save_checkpoint"),
    pytest.mark.allows("seed", reason="a checkpoint holds the random numbers' state"),
]

Run = tuple[nn.Module, torch.optim.Optimizer, lr_scheduler.LRScheduler]
Seen = dict[str, Any]
AS_LISTED = "046 12357"
OTHER_GROUPS = {
    "with two parameters exchanged": "047 12356",
    "with one parameter moved": "04 123576",
    "with the groups swapped": "12357 046",
    "with one parameter missing": "046 2357",
}


SCHEDULES = (
    ("LambdaLR", [lambda n: 0.8**n]),
    ("OneCycleLR", [0.3, 9]),
    ("CosineAnnealingWarmRestarts", [2, 2]),
)


def start_run(d: int, kind: str, order: str = AS_LISTED, rate: float = 0.1) -> Run:
    """Return a run with groups of parameters by number, of one shape in each."""
    net = nn.Sequential(
        *(nn.Linear(d, d), nn.BatchNorm1d(d), nn.Linear(d, d)),
        *(nn.Dropout(), nn.Linear(d, d)),
    )
    own = list(net.parameters())
    if "tied" in kind:
        net.double()[4].weight = net[0].weight
        order = "04 12357"
    net[0].requires_grad_("frozen" not in kind)
    decayed, others = ([own[int(i)] for i in group] for group in order.split())
    groups = [{"params": decayed, "weight_decay": 0.1}, {"params": others}]
    if "AdamW" in kind:
        optimizer: torch.optim.Optimizer = torch.optim.AdamW(groups, lr=rate)
    else:
        optimizer = torch.optim.SGD(groups, lr=rate, momentum=0.9)
    name, given = next((s for s in SCHEDULES if s[0] in kind), ("StepLR", (2, 0.5)))
    return net, optimizer, getattr(lr_scheduler, name)(optimizer, *given)


def go_on(run: Run, steps: int, x: Tensor) -> None:
    net, optimizer, scheduler = run
    x = x.to(net[4].weight.dtype)
    for _ in range(steps):
        optimizer.zero_grad()
        noisy = x + 0.3 * torch.randn(x.shape)
        (net(noisy) - x.flip(1)).square().mean().backward()
        optimizer.step()
        scheduler.step()


def options(group: dict[str, Any]) -> list[float]:
    """Return what a group of SGD or AdamW has beside its parameters."""
    more = group["betas"] if "betas" in group else [group["momentum"]]
    return [float(n) for n in (group["lr"], group["weight_decay"], *more)]


def look_at(run: Run) -> dict[str, Any]:
    """Return copies of all that decides the next step."""
    net, optimizer, scheduler = run
    state = optimizer.state
    moments = {
        name: [v.clone() for _, v in sorted(state[p].items()) if v is not None]
        for name, p in net.named_parameters()
        if state.get(p)
    }
    return {
        "gradients": copied([p.grad for p in net.parameters()]),
        "training": [m.training for m in net.modules()],
        "random": torch.get_rng_state(),
        "model": copied(net.state_dict()),
        "moments": moments,
        "options": [options(group) for group in optimizer.param_groups],
        "epoch": scheduler.last_epoch,
    }


def resume(ex: Any, x: Tensor, kind: str, steps: int, rate: float = 0.1) -> Seen:
    """Train, save, train on; then resume a new run from the file, moved meanwhile."""
    run = start_run(x.shape[1], kind)
    torch.manual_seed(steps)
    go_on(run, steps, x)
    if "eval" in kind:
        run[0].eval()
    if "tied" in kind:
        next(run[0].children()).eval()
    if "options" in kind:
        run[1].param_groups[0].update(weight_decay=0.3, momentum=0.5)
    before, options = look_at(run), set(run[1].param_groups[0])
    with TemporaryDirectory() as folder:
        path, moved = Path(folder, "run.pt"), Path(folder, "moved.pt")
        ex.save_checkpoint(path, *run, MANY + steps)
        saved, grown = look_at(run), sorted({*run[1].param_groups[0]} - options)
        read = "read" if "same" in kind or "tied" in kind else unpack(path)
        go_on(run, 1, x)
        if kind == "SGD":
            ex.save_checkpoint(f"{folder}/later.pt", *run, steps + 2)
        path.rename(moved)
        resumed = run if "same" in kind else start_run(x.shape[1], kind, rate=rate)
        torch.manual_seed(7)
        step = ex.load_checkpoint(moved if steps else str(moved), *resumed)
    loaded = look_at(resumed)
    go_on(resumed, 2, x)
    return {
        "file": read if isinstance(read, str) else "read",
        "before": before,
        "new in a group": grown,
        "step": step,
        "saved": saved,
        "loaded": loaded,
        "later": look_at(resumed),
    }


def reorder(ex: Any, x: Tensor, kind: str, order: str) -> dict[str, Any]:
    """Return the optimizer's state by the names of parameters, saved and loaded."""
    run, resumed = start_run(x.shape[1], kind), start_run(x.shape[1], kind, order)
    go_on(run, 1, x)
    with TemporaryDirectory() as folder:
        ex.save_checkpoint(f"{folder}/run.pt", *run, 1)
        ex.load_checkpoint(f"{folder}/run.pt", *resumed)
    return {"saved": look_at(run)["moments"], "loaded": look_at(resumed)["moments"]}


MANY = 1 << 60  # no number of steps that a float holds


def other(part: str, one: str = "saved", two: str = "loaded") -> Any:
    """Return evidence that a part is not as it was."""
    return lambda got: not alike(got[one][part], got[two][part], BITS)


def only_buffers(got: dict[str, Any]) -> bool:
    saved, loaded = got["saved"]["model"], got["loaded"]["model"]
    unlike = [name for name in saved if not torch.equal(saved[name], loaded[name])]
    return bool(unlike) and all("running" in n or "tracked" in n for n in unlike)


BY_POSITION = "optimizer.state_dict() goes by position: keep names beside it"
RATES = "the groups' learning rates come back, too, and all their other options"
PICKLED = "an object is pickled with its class: save its state_dict()"
LOST = {
    PICKLED: lambda got: "refuses" in got["file"],
    "saving draws random numbers": other("random", "before", "saved"),
    "saving leaves the network in eval mode": other("training", "before", "saved"),
    "saving writes into the optimizer's own groups: write beside them": (
        lambda got: got["new in a group"]
    ),
    "a model has buffers, too: keep its state_dict()": only_buffers,
    "the parameters are not those that were saved": other("model"),
    "the optimizer starts anew, without its momentum and its step count": (
        lambda got: got["saved"]["moments"] and not got["loaded"]["moments"]
    ),
    BY_POSITION: other("moments"),
    RATES: other("options"),
    "the scheduler starts anew: keep its state_dict() too": other("epoch"),
    "the random numbers start anew: keep torch.get_rng_state()": other("random"),
    "a step number is an int, which a float rounds": (
        lambda got: got["step"] in (MANY, float(MANY))
    ),
    "load_checkpoint returns the saved step": lambda got: got["step"] != MANY + 3,
}


@pytest.mark.weight(3)
def test_resumed_training_takes_its_course(sweep, rng):
    x = torch.randn(4, rng.choice(DISTINCT))
    lambdas, cycle = "in eval mode with LambdaLR", "with OneCycleLR"
    restarts = "with CosineAnnealingWarmRestarts"
    changed = "where options of the optimizer were changed"

    sweep.cases(
        resume,
        {
            "": (x, "SGD", 3),
            "for AdamW, with another rate in the new run": (x, "AdamW", 1, 0.3),
            "before the first step": (x, "SGD", 0),
            lambdas: (x, "SGD eval LambdaLR", 2),
            cycle: (x, "SGD OneCycleLR", 3),
            restarts: (x, "SGD CosineAnnealingWarmRestarts", 3),
            changed: (x, "SGD options", 1),
            "for tied parameters in float64": (x, "AdamW tied", 2),
            "for a run that had not begun": (x, "SGD same", 0),
        },
        call="train; save_checkpoint; load_checkpoint into a new run; train on",
        fault="Resumed training leaves the course of the unbroken run.",
        slips=LOST,
        because={
            lambdas: "functions are in no file of plain data: save the scheduler's "
            "state_dict()",
            cycle: RATES,
            restarts: "a scheduler knows more than its epoch: keep its state_dict()",
            changed: RATES,
            "for a run that had not begun": "the present state has to go",
        },
        causes={"UnpicklingError": PICKLED},
    )


@pytest.mark.weight(2)
def test_optimizer_state_goes_by_name(sweep, rng):
    x, kind = torch.randn(4, rng.choice(DISTINCT)), "AdamW, first layer frozen"
    cases = {when: (x, kind, order) for when, order in OTHER_GROUPS.items()}

    sweep.cases(
        reorder,
        {"": (x, kind, "460 23571"), "for SGD": (x, "SGD", "460 23571"), **cases},
        call="save_checkpoint; load_checkpoint with a new optimizer that lists the "
        "parameters of each group in another order, or has other groups",
        fault="Parameters get the optimizer state of others.",
        raises=(ValueError,),
        slips={BY_POSITION: lambda got: got["loaded"]},
        because=dict.fromkeys(
            cases, "compare the names of each group's parameters with the saved ones"
        ),
    )
