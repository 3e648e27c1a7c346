"""RunningStandardize trains on batch statistics and keeps running ones as its state."""

import contextlib
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from custom_layer_helpers import (
    DISTINCT,
    expect_gradient,
    expect_near,
    gradient_of,
    same,
)
from grader.observe import (
    CALLS,
    Module,
    expect_equal,
    expect_error,
    expect_unchanged,
    say,
)

pytestmark = pytest.mark.exercise("custom_layer.RunningStandardize")

STATE = ["num_batches_tracked", "running_mean", "running_var"]
NAN = "n - 1 is 0 or less: the unbiased variance is NaN, and stays in the running one"


def standardize(
    ex: Any, momentum: float, state: dict[str, Tensor], steps: list[tuple[bool, Tensor]]
) -> tuple[list[Tensor], dict[str, Tensor], list[Tensor]]:
    """Return the results of calls in training and in eval mode, state, and inputs."""
    layer = ex.RunningStandardize(steps[0][1].shape[-1], momentum)
    layer = layer.to(steps[0][1].dtype)
    if state:
        layer.load_state_dict(state)
    results = [layer.train(training)(x) for training, x in steps]
    state = dict(sorted(layer.state_dict().items()))
    return results, state, [x for _, x in steps]


def standardize_in_silence(ex: Any, momentum: float, x: Tensor) -> dict[str, Tensor]:
    """Return the state after a call without gradients, refused or not."""
    layer = ex.RunningStandardize(x.shape[-1], momentum)
    with torch.no_grad(), contextlib.suppress(ValueError):
        layer(x)
    return dict(sorted(layer.state_dict().items()))


def state_of_standardize(ex: Any, d: int) -> tuple[dict[str, Tensor], list[str]]:
    layer = ex.RunningStandardize(d, 0.1)
    return layer.state_dict(), [name for name, _ in layer.named_parameters()]


def standardize_gradient(
    ex: Any, batches: list[Tensor], upstream: Tensor
) -> tuple[list[str], Tensor | None]:
    layer = ex.RunningStandardize(upstream.shape[-1], 0.3)
    layer(batches[0].requires_grad_())
    leaf = batches[1].requires_grad_()
    y = layer(leaf.clone())
    state = layer.state_dict(keep_vars=True)
    tracked = sorted(name for name, t in state.items() if t.requires_grad)
    return tracked, gradient_of(y, leaf, upstream)


def columns(n: int, d: int) -> Tensor:
    """Return a batch whose columns differ in mean and spread."""
    shift, spread = 3 * torch.randn(d), torch.rand(d) * 2 + 1
    return torch.randn(n, d) * spread + shift


def two_rows(d: int) -> Tensor:
    middle, distance = 3 * torch.randn(d), torch.rand(d) + 1
    return torch.stack([middle - distance, middle + distance])


def expect_state_names(state: dict[str, Tensor]) -> None:
    expect_equal(
        sorted(state),
        STATE,
        "The state dict is not that of nn.BatchNorm1d(d, affine=False).",
        slips={
            "the names in it are to be those of nn.BatchNorm1d": (
                lambda names: len(names) == len(STATE)
            ),
            "a tensor assigned to self is not saved: register_buffer does that": (
                lambda names: set(names) < set(STATE)
            ),
        },
    )


def expect_trained(y: Tensor, x: Tensor, expected: Tensor) -> None:
    mean, var = x.mean(0), x.var(0, correction=0)
    over_all = (x - x.mean()) / (x.var(correction=0) + 1e-5).sqrt()
    over_rows = nn.functional.layer_norm(x, x.shape[-1:])
    expect_near(
        y,
        expected,
        "In training, RunningStandardize does not standardise by the batch.",
        slips={
            "the batch is divided by its unbiased standard deviation": (
                (x - mean) / (x.var(0) + 1e-5).sqrt()
            ),
            "the batch is divided by its variance, not by the root": (
                (x - mean) / (var + 1e-5)
            ),
            "statistics over all entries, or over rows, not over columns": (
                lambda y: same(y, over_all) or same(y, over_rows)
            ),
            "the mean is not subtracted": x / (var + 1e-5).sqrt(),
        },
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("count", [1, 3], ids=["one_batch", "three_batches"])
def test_running_standardize_trains_like_batch_norm(observe, rng, count):
    d = rng.choice(DISTINCT)
    momentum = rng.choice([0.1, 0.2, 0.3])
    batches = [columns(rng.randrange(4, 8), d) for _ in range(count)]
    theirs = nn.BatchNorm1d(d, affine=False, momentum=momentum)
    steps = [(True, x) for x in batches]
    call = say(
        "RunningStandardize({d}, {momentum}) on {count} training batches",
        d=d,
        momentum=momentum,
        count=count,
    )

    outputs, state, after = observe(standardize, momentum, {}, steps, call=call)

    for x, y in zip(batches, outputs, strict=True):
        expect_trained(y, x, theirs(x))
    expect_state_names(state)
    expect_running(state, theirs, batches, momentum)
    expect_unchanged(after, batches, "RunningStandardize changes the caller's tensor.")


def expect_running(
    state: dict[str, Tensor],
    theirs: nn.BatchNorm1d,
    batches: list[Tensor],
    momentum: float,
) -> None:
    """Compare the running statistics, and the count, with those of nn.BatchNorm1d."""
    means, variances = [x.mean(0) for x in batches], [x.var(0) for x in batches]
    biased = [x.var(0, correction=0) for x in batches]
    zero, one = torch.zeros_like(means[0]), torch.ones_like(means[0])
    of_variance = {
        "running_var takes the unbiased variance, divided by n - 1": (
            move(one, biased, momentum)
        ),
        "running_var starts at 1": move(zero, variances, momentum),
        "running_var takes the variance, not its root": (
            move(one, [v.sqrt() for v in variances], momentum)
        ),
    }
    for name, begin, stats, more in (
        ("running_mean", zero, means, {}),
        ("running_var", one, variances, of_variance),
    ):
        expect_near(
            state[name],
            theirs.state_dict()[name],
            say("{name} does not move towards the batch's statistics.", name=name),
            slips={
                "momentum weighs the batch, 1 - momentum what was there": (
                    move(begin, stats, 1 - momentum)
                ),
                "the running statistics are not updated": begin,
                "only the last batch is kept": stats[-1],
                **more,
            },
        )
    expect_equal(
        state["num_batches_tracked"],
        torch.tensor(len(batches)),
        "num_batches_tracked does not count the training batches.",
        slips={
            "it counts rows, not batches": torch.tensor(sum(map(len, batches))),
            "it is a 0-dim int64 tensor": (
                lambda t: t.dtype != torch.int64 or t.dim() != 0
            ),
        },
    )


def move(start: Tensor, stats: list[Tensor], momentum: float) -> Tensor:
    """Move a running statistic towards one batch after the other."""
    for batch in stats:
        start = (1 - momentum) * start + momentum * batch
    return start


@pytest.mark.parametrize("n", [1, 0], ids=["one_row", "no_row"])
def test_running_standardize_needs_two_rows_in_training(observe, rng, n):
    d = rng.choice(DISTINCT)
    batch = two_rows(d)
    theirs = nn.BatchNorm1d(d, affine=False, momentum=0.3)
    two = say("RunningStandardize({d}, 0.3)(x) with x (2, {d}), in training", d=d)
    fewer = say("RunningStandardize({d}, 0.3)(x) with x ({n}, {d})", d=d, n=n)
    causes = {"ValueError": "two rows have a variance: fewer than two have none"}

    (y,), _, _ = observe(standardize, 0.3, {}, [(True, batch)], call=two, causes=causes)
    raised = observe.error(standardize, 0.3, {}, [(True, batch[:n])], call=fewer)

    expect_trained(y, batch, theirs(batch))
    expect_error(
        raised,
        ValueError,
        say("RunningStandardize does not refuse {n} rows in training.", n=n),
        cause=NAN,
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
            "the batch's statistics are used in eval mode too": (
                lambda seen: same(seen[0][0], batch)
            ),
        },
    )


@pytest.mark.parametrize("training", [False, True], ids=["eval", "training"])
def test_running_standardize_adds_epsilon_to_the_variance(sweep, rng, training):
    d = rng.choice(DISTINCT)
    x = torch.randn(6, d) * 3e-3
    x[:, rng.randrange(d)] = 0
    mean, var = x.mean(0), x.var(0, correction=0)
    state = {
        "running_mean": mean,
        "running_var": var,
        "num_batches_tracked": torch.tensor(1),
    }
    outside = (x - mean) / (var.sqrt() + 1e-5)

    sweep.cases(
        standardize,
        {"": (0.1, state, [(training, x)])},
        call="RunningStandardize(d, 0.1)(x), small variances",
        fault=say(
            "In {mode}, RunningStandardize does not divide by sqrt(var + 1e-5).",
            mode="training" if training else "eval mode",
        ),
        slips={
            "a constant column has no variance: 0 / 0 is NaN": (
                lambda seen: bool(seen[0][0].isnan().any())
            ),
            "1e-5 belongs under the root, not to it": (
                lambda seen: same(seen[0][0], outside)
            ),
        },
    )


@pytest.mark.weight(2)
def test_running_standardize_has_state_but_no_parameters(observe, rng):
    d = rng.choice(DISTINCT)
    call = say("RunningStandardize({d}, 0.1).state_dict()", d=d)

    state, parameters = observe(state_of_standardize, d, call=call)

    expect_equal(
        parameters,
        [],
        "Running statistics are parameters.",
        cause="an nn.Parameter is trained: use register_buffer",
    )
    expect_state_names(state)
    for name, begin in (
        ("running_mean", torch.zeros(d)),
        ("running_var", torch.ones(d)),
        ("num_batches_tracked", torch.tensor(0)),
    ):
        expect_equal(
            state[name], begin, say("{name} does not start as it should.", name=name)
        )


def test_running_standardize_tracks_its_batch_but_not_its_state(observe, rng):
    d = rng.choice(DISTINCT)
    batches = [columns(5, d) for _ in range(2)]
    upstream = torch.randn(5, d)
    call = say("y = RunningStandardize({d}, 0.3)(x); y.backward(…), second batch", d=d)

    tracked, gradient = observe(standardize_gradient, batches, upstream, call=call)

    expect_equal(
        tracked,
        [],
        "Autograd tracks the running statistics.",
        cause="update them under torch.no_grad(), or with detached values: else they "
        "keep the graph of every batch alive",
    )
    leaf = batches[-1].clone().requires_grad_()
    nn.functional.batch_norm(leaf, None, None, training=True).backward(upstream)
    var = batches[-1].var(0, correction=0)
    expect_gradient(
        gradient,
        leaf.grad,
        "Gradients do not flow through mean and variance of the batch.",
        slips={
            "no_grad() or detach() makes constants of mean and variance; it belongs "
            "around the update only": upstream / (var + 1e-5).sqrt(),
        },
    )


def test_running_standardize_goes_between_its_modes(sweep, rng):
    d = rng.choice(DISTINCT)
    one, two, three = (columns(5, d) for _ in range(3))
    both = [(True, one), (False, two), (True, three), (False, one)]
    wide = [(training, x.double()) for training, x in both]

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
        },
        call="RunningStandardize(d, momentum) in training and in eval mode",
    )
    sweep.cases(
        standardize,
        {"for columns far from zero": (0.3, {}, [(True, one + 1000)])},
        call="RunningStandardize(d, momentum)(x + 1000)",
        tolerance=(1e-2, 1e-2),
    )
    sweep.cases(
        standardize_in_silence,
        {
            "under torch.no_grad()": (0.3, two),
            "after one row that is refused": (0.3, two[:1]),
            "after an empty batch that is refused": (0.3, two[:0]),
        },
        call="RunningStandardize(d, momentum)(x) under no_grad; its state",
    )


def test_running_standardize_takes_batches_of_every_kind(sweep, rng):
    d = rng.choice(DISTINCT)
    of_both = "plain", "other", "apart", "across", "behind", "no_grad", "inference"
    modules = "sibling", "copied", "double", "restored", "eval"

    sweep(
        Module("RunningStandardize", filled=False),
        d,
        0.3,
        inputs=lambda *lead: (torch.randn(*(lead or (3,))[-1:], d) * 2 + 1,),
        columns=(*of_both, *CALLS, *modules),
        call=say("RunningStandardize({d}, 0.3)(x)", d=d),
    )
