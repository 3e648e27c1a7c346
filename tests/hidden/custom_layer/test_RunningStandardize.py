"""RunningStandardize trains on batch statistics and keeps running ones as its state."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from custom_layer_helpers import DISTINCT, gradient_of, same
from grader.observe import CALLS, Module, draw_name, say
from grader.observe.sweep import CUT_OFF

pytestmark = pytest.mark.exercise("custom_layer.RunningStandardize")

STATE = ["num_batches_tracked", "running_mean", "running_var"]
UNSAVED = "what is assigned to self is not saved: register_buffer does that"
OUTSIDE = "1e-5 belongs under the root, not to it"
NAN = "n - 1 is 0 or less: the unbiased variance is NaN, and stays in the running one"


def standardize(
    ex: Any,
    momentum: float,
    state: dict[str, Tensor],
    steps: list[tuple[bool, Tensor]],
    grad: bool = True,
) -> tuple[list[Tensor], dict[str, Tensor], list[Tensor]]:
    """Return the results of calls in training and in eval mode, state, and inputs."""
    layer = ex.RunningStandardize(steps[0][1].shape[-1], momentum)
    layer = layer.to(steps[0][1].dtype)
    if state:
        layer.load_state_dict(state)
    with torch.set_grad_enabled(grad):
        results = [layer.train(training)(x) for training, x in steps]
    state = dict(sorted(layer.state_dict().items()))
    return results, state, [x for _, x in steps]


def refuse_few_rows(ex: Any, x: Tensor, n: int) -> Any:
    """Return the result for two rows, what a smaller batch raises, and the state."""
    layer = ex.RunningStandardize(x.shape[-1], 0.3)
    y = layer(x)
    try:
        raised = str(layer(x[:n]).shape)
    except ValueError:
        raised = "ValueError"
    return y, raised, dict(sorted(layer.state_dict().items()))


def state_of_standardize(ex: Any, d: int) -> tuple[list[str], dict[str, Tensor]]:
    layer = ex.RunningStandardize(d, 0.1)
    parameters = [name for name, _ in layer.named_parameters()]
    return parameters, dict(sorted(layer.state_dict().items()))


def standardize_gradient(
    ex: Any, batches: list[Tensor], upstream: Tensor, other: nn.Module
) -> tuple[list[str], Tensor | None]:
    """Return what of the state and of another layer is tracked, and a gradient."""
    layer = ex.RunningStandardize(upstream.shape[-1], 0.3)
    layer(batches[0].requires_grad_())
    leaf = batches[1].requires_grad_()
    y = layer(leaf.clone())
    state = nn.Sequential(layer, other).state_dict(keep_vars=True)
    tracked = sorted(name for name, t in state.items() if t.requires_grad)
    return tracked, gradient_of(y, leaf, upstream)


def columns(n: int, d: int) -> Tensor:
    """Return a batch whose columns differ in mean and spread."""
    shift, spread = 3 * torch.randn(d), torch.rand(d) * 2 + 1
    return torch.randn(n, d) * spread + shift


def move(start: Tensor, stats: list[Tensor], momentum: float) -> Tensor:
    """Move a running statistic towards one batch after the other."""
    for batch in stats:
        start = (1 - momentum) * start + momentum * batch
    return start


@pytest.mark.weight(2)
def test_running_standardize_trains_like_batch_norm(sweep, rng):
    d, momentum = rng.choice(DISTINCT), rng.choice([0.1, 0.2, 0.3])
    batches = [columns(rng.randrange(4, 8), d) for _ in range(3)]
    x = batches[0]
    x[:, 0] *= 3e-3
    x[:, 1] = 0
    biased = [batch.var(0, correction=0) for batch in batches]
    means, variances = [b.mean(0) for b in batches], [b.var(0) for b in batches]
    mean, root = means[0], (biased[0] + 1e-5).sqrt()
    zero, one = torch.zeros(d), torch.ones(d)

    def gives(*values: Tensor) -> Any:
        return lambda seen: any(same(seen[0][0], value) for value in values)

    def has(name: str, value: Tensor) -> Any:
        return lambda seen: same(seen[1][name], value)

    sweep.cases(
        standardize,
        {"": (momentum, {}, [(True, batch) for batch in batches])},
        call=say("RunningStandardize({d}, {m}) on training batches", d=d, m=momentum),
        fault="In training, RunningStandardize gives other results, or another state, "
        "than nn.BatchNorm1d(d, affine=False).",
        slips={
            "a constant column has no variance: 0 / 0 is NaN": (
                lambda seen: bool(seen[0][0].isnan().any())
            ),
            OUTSIDE: gives((x - mean) / (biased[0].sqrt() + 1e-5)),
            "the batch is divided by its unbiased standard deviation": (
                gives((x - mean) / (variances[0] + 1e-5).sqrt())
            ),
            "the batch is divided by its variance, not by the root": (
                gives((x - mean) / root.square())
            ),
            "statistics over all entries, or over rows, not over columns": gives(
                (x - x.mean()) / (x.var(correction=0) + 1e-5).sqrt(),
                nn.functional.layer_norm(x, x.shape[-1:]),
            ),
            "the mean is not subtracted": gives(x / root),
            "an operation in place changes the caller's tensor": (
                lambda seen: not all(map(torch.equal, seen[2], batches))
            ),
            UNSAVED: lambda seen: set(seen[1]) < set(STATE),
            "momentum weighs the batch, 1 - momentum what was there": (
                has("running_mean", move(zero, means, 1 - momentum))
            ),
            "the running statistics are not updated": has("running_mean", zero),
            "only the last batch is kept": has("running_mean", means[-1]),
            "running_var takes the unbiased variance, divided by n - 1": (
                has("running_var", move(one, biased, momentum))
            ),
            "running_var starts at 1": (
                has("running_var", move(zero, variances, momentum))
            ),
            "running_var takes the variance, not its root": (
                has("running_var", move(one, [v.sqrt() for v in variances], momentum))
            ),
            "it counts rows, not batches": (
                has("num_batches_tracked", torch.tensor(sum(map(len, batches))))
            ),
            "the count is a 0-dim int64 tensor": (
                lambda seen: str(seen[1]["num_batches_tracked"].dtype) != "torch.int64"
            ),
        },
    )


def test_running_standardize_needs_two_rows_in_training(sweep, rng):
    x = torch.tensor([[1.0], [4.0]]) + torch.randn(rng.choice(DISTINCT))

    sweep.cases(
        refuse_few_rows,
        {"for one row": (x, 1), "for no row": (x, 0)},
        call="RunningStandardize(d, 0.3) of two rows, then of fewer: ValueError",
        slips={
            NAN: lambda seen: seen[1] != "ValueError",
            "a batch that is refused leaves the state as it is": (
                lambda seen: seen[2]["num_batches_tracked"].item() > 1
            ),
        },
        causes={"ValueError": "two rows have a variance: fewer than two have none"},
        because={"for no row": NAN},
    )


def test_running_standardize_uses_its_running_statistics_in_eval(sweep, rng):
    d = rng.choice(DISTINCT)
    x = columns(5, d)
    batch = (x - x.mean(0)) / (x.var(0, correction=0) + 1e-5).sqrt()
    state = {
        "running_mean": torch.randn(d),
        "running_var": torch.rand(d) + 0.5,
        "num_batches_tracked": torch.tensor(4),
    }
    state["running_var"][0], state["running_var"][1] = 1e-5, 0
    roots = state["running_var"].sqrt() + 1e-5

    sweep.cases(
        standardize,
        {"": (0.5, state, [(False, x)]), "for one row": (0.5, state, [(False, x[:1])])},
        call="RunningStandardize(d, 0.5).eval()(x), a state loaded",
        fault="In eval mode, RunningStandardize does not use the running statistics "
        "and leave everything as it is.",
        slips={
            "an operation in place changes the caller's tensor": (
                lambda seen: not torch.equal(seen[2][0], x)
            ),
            "only training updates the running statistics": (
                lambda seen: any(not torch.equal(seen[1][k], state[k]) for k in state)
            ),
            OUTSIDE: (
                lambda seen: same(seen[0][0], (x - state["running_mean"]) / roots)
            ),
            "a running variance of 0 is possible: 0 / 0 is NaN, 1 / 0 infinite": (
                lambda seen: not seen[0][0].isfinite().all()
            ),
            "the batch's statistics are used in eval mode too": (
                lambda seen: same(seen[0][0], batch)
            ),
        },
    )


@pytest.mark.weight(2)
def test_running_standardize_has_state_but_no_parameters(sweep, rng):
    d = rng.choice(DISTINCT)

    sweep.cases(
        state_of_standardize,
        {"": (d,)},
        call=say("RunningStandardize({d}, 0.1).state_dict()", d=d),
        fault="The state dict is not that of nn.BatchNorm1d(d, affine=False), or "
        "there are parameters.",
        slips={
            "an nn.Parameter is trained: use register_buffer": lambda s: bool(s[0]),
            UNSAVED: lambda seen: set(seen[1]) < set(STATE),
            "the names in it are to be those of nn.BatchNorm1d": (
                lambda seen: list(seen[1]) != STATE
            ),
            "the count starts at 0": lambda seen: bool(seen[1][STATE[0]].any()),
            "running_mean starts at 0": lambda seen: bool(seen[1][STATE[1]].any()),
            "running_var starts at 1": lambda seen: (
                not same(seen[1][STATE[2]], torch.ones(d))
            ),
        },
    )


def test_running_standardize_tracks_its_batch_but_not_its_state(sweep, rng):
    d = rng.choice(DISTINCT)
    batches = [columns(5, d) for _ in range(2)]
    upstream = torch.randn(5, d)
    batches[-1][:, 0] = 3.0  # its variance is 0, and has a gradient all the same
    constant = upstream / (batches[-1].var(0, correction=0) + 1e-5).sqrt()

    sweep.cases(
        standardize_gradient,
        {"": (batches, upstream, nn.ParameterDict({draw_name(rng): torch.ones(1)}))},
        call=say("RunningStandardize({d}, 0.3)(x).backward(…), second batch", d=d),
        fault="Gradients do not flow through mean and variance of the batch, and there "
        "alone.",
        slips={
            "autograd tracks the running statistics: update them under "
            "torch.no_grad(), or with detached values, else they keep the graph of "
            "every batch alive": lambda seen: len(seen[0]) > 1,
            CUT_OFF: lambda seen: seen[1] is None,
            "no_grad() or detach() makes constants of mean and variance; it belongs "
            "around the update only": lambda seen: same(seen[1], constant),
        },
        tolerance=(1e-4, 1e-4),
    )


def test_running_standardize_goes_between_its_modes(sweep, rng):
    d = rng.choice(DISTINCT)
    one, two, three = (columns(5, d) for _ in range(3))
    both = [(True, one), (False, two), (True, three), (False, one)]
    wide = [(training, x.double()) for training, x in both]
    # rows that nearly agree have a variance of which rounding is a large part
    two = [(m, torch.stack([x[0], x[0] + 1 + x[1].abs()])) for m, x in both]
    dirty = one.clone()
    dirty[0, 0] = torch.nan

    sweep.cases(
        standardize,
        {"for columns far from zero": (0.3, {}, [(True, one + 4000)])},
        call="RunningStandardize(d, momentum)(x + 4000)",
        tolerance=(1e-2, 1e-2),
    )
    sweep.cases(
        standardize,
        {
            "in training, then in eval mode, and again": (0.3, {}, both),
            "for a momentum of 0": (0, {}, both),
            "for a momentum of 1": (1, {}, both),
            "after .double()": (0.3, {}, wide),
            "for an empty batch in eval mode": (0.3, {}, [*both, (False, one[:0])]),
            "for a single column": (0.3, {}, [(m, x[:, :1]) for m, x in both]),
            "for infinite entries": (0.3, {}, [(False, one / 0)]),
            "for NaN in one column": (0.3, {}, [(True, dirty), *both]),
            "for batches of two rows": (0.3, {}, two),
            "under torch.no_grad()": (0.3, {}, both, False),
        },
        call="RunningStandardize(d, momentum) in training and in eval mode",
    )


def test_running_standardize_takes_batches_of_every_kind(sweep, rng):
    d = rng.choice(DISTINCT)
    of_both = "plain", "other", "apart", "across", "behind", "no_grad", "inference"
    modules = "sibling", "copied", "double", "half", "restored", "eval", "changed"

    sweep(
        Module("RunningStandardize", filled=False),
        d,
        0.3,
        inputs=lambda *lead: (torch.randn(*(lead or (3,))[-1:], d) * 2 + 1,),
        columns=(*of_both, *CALLS, *modules, "blank"),
        call=say("RunningStandardize({d}, 0.3)(x)", d=d),
    )
