"""RunningStandardize trains on batch statistics and keeps running ones as its state."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from custom_layer_helpers import DISTINCT, gradient_of, same
from grader.observe import expect_close, expect_equal, expect_error, say

pytestmark = pytest.mark.exercise("custom_layer.RunningStandardize")


STATE = ["num_batches_tracked", "running_mean", "running_var"]


def standardize_batches(
    ex: Any, d: int, momentum: float, batches: list[Tensor]
) -> tuple[list[Tensor], dict[str, Tensor], list[Tensor]]:
    layer = ex.RunningStandardize(d, momentum)
    return [layer(x) for x in batches], layer.state_dict(), batches


def standardize_in_eval(
    ex: Any, momentum: float, state: dict[str, Tensor], x: Tensor
) -> tuple[Tensor, dict[str, Tensor]]:
    layer = ex.RunningStandardize(x.shape[-1], momentum)
    layer.load_state_dict(state)
    return layer.eval()(x), layer.state_dict()


def state_of_standardize(
    ex: Any, d: int
) -> tuple[dict[str, Tensor], list[str], dict[str, Tensor]]:
    layer = ex.RunningStandardize(d, 0.1)
    state = {name: t.clone() for name, t in layer.state_dict().items()}
    parameters = [name for name, _ in layer.named_parameters()]
    return state, parameters, layer.double().state_dict()


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


def standardize_one_row(ex: Any, x: Tensor) -> Tensor:
    return ex.RunningStandardize(x.shape[-1], 0.1)(x)


def standardize_in_both_modes(
    ex: Any, state: dict[str, Tensor], x: Tensor
) -> tuple[Tensor, Tensor]:
    layer = ex.RunningStandardize(x.shape[-1], 0.1)
    layer.load_state_dict(state)
    return layer.eval()(x), layer.train()(x)


def columns(n: int, d: int) -> Tensor:
    """Return a batch whose columns differ in mean and spread."""
    shift, spread = 3 * torch.randn(d), torch.rand(d) * 2 + 1
    return torch.randn(n, d) * spread + shift


def expect_state_names(state: dict[str, Tensor]) -> None:
    expect_equal(
        sorted(state),
        STATE,
        "The state dict is not that of nn.BatchNorm1d(d, affine=False).",
        slips={
            "a tensor assigned to self is not saved: register_buffer does that": (
                lambda names: set(names) < set(STATE)
            )
        },
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("count", [1, 3], ids=["one_batch", "three_batches"])
def test_running_standardize_trains_like_batch_norm(observe, rng, count):
    d = rng.choice(DISTINCT)
    momentum = rng.choice([0.1, 0.2, 0.3])
    batches = [columns(rng.randrange(4, 8), d) for _ in range(count)]
    theirs = nn.BatchNorm1d(d, affine=False, momentum=momentum)

    outputs, state, after = observe(
        standardize_batches,
        d,
        momentum,
        batches,
        call=say(
            "RunningStandardize({d}, {momentum}) on {count} training batches",
            d=d,
            momentum=momentum,
            count=count,
        ),
    )

    expect_equal(len(outputs), count, "There is not one result for each batch.")
    for x, y in zip(batches, outputs, strict=True):
        mean, var = x.mean(0), x.var(0, correction=0)
        expect_close(
            y,
            theirs(x),
            "In training, RunningStandardize does not standardise by the batch.",
            rtol=1e-4,
            atol=1e-4,
            slips={
                "the batch is divided by its unbiased standard deviation": (
                    (x - mean) / (x.var(0) + 1e-5).sqrt()
                ),
                "the batch is divided by its variance, not by the root": (
                    (x - mean) / (var + 1e-5)
                ),
                "statistics over all entries, or over rows, not over columns": (
                    lambda y, x=x: (
                        same(y, (x - x.mean()) / (x.var(correction=0) + 1e-5).sqrt())
                        or same(y, nn.functional.layer_norm(x, x.shape[-1:]))
                    )
                ),
                "the mean is not subtracted": x / (var + 1e-5).sqrt(),
            },
        )
    expect_state_names(state)
    expect_running(state, theirs, batches, momentum)
    expect_equal(
        after,
        batches,
        "RunningStandardize changes the caller's tensor.",
        slips={"x -= … and other in-place operations work on x": lambda _: True},
    )


def expect_running(
    state: dict[str, Tensor],
    theirs: nn.BatchNorm1d,
    batches: list[Tensor],
    momentum: float,
) -> None:
    """Compare the running statistics, and the count, with those of nn.BatchNorm1d."""
    for name, correction in (("running_mean", None), ("running_var", 1)):
        stats = [
            x.mean(0) if correction is None else x.var(0, correction=correction)
            for x in batches
        ]
        biased = [x.var(0, correction=0) for x in batches]
        start = torch.full_like(stats[0], 0.0 if correction is None else 1.0)
        slips = {
            "momentum weighs the batch, 1 - momentum what was there": (
                move(start, stats, 1 - momentum)
            ),
            "the running statistics are not updated": start,
            "only the last batch is kept": stats[-1],
        }
        if correction:
            slips |= {
                "running_var takes the unbiased variance, divided by n - 1": (
                    move(start, biased, momentum)
                ),
                "running_var starts at 1": move(0 * start, stats, momentum),
                "running_var takes the variance, not its root": (
                    move(start, [s.sqrt() for s in stats], momentum)
                ),
            }
        expect_close(
            state[name],
            theirs.state_dict()[name],
            say("{name} does not move towards the batch's statistics.", name=name),
            rtol=1e-4,
            atol=1e-4,
            slips=slips,
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


def test_running_standardize_takes_two_rows_in_training(observe, rng):
    d = rng.choice(DISTINCT)
    middle, distance = 3 * torch.randn(d), torch.rand(d) + 1
    batch = torch.stack([middle - distance, middle + distance])
    theirs = nn.BatchNorm1d(d, affine=False, momentum=0.3)

    (y,), state, _ = observe(
        standardize_batches,
        d,
        0.3,
        [batch],
        call=say("RunningStandardize({d}, 0.3)(x) with x (2, {d}), in training", d=d),
        causes={r"ValueError": "two rows have a variance: fewer than two have none"},
    )

    expect_close(
        y,
        theirs(batch),
        "RunningStandardize does not standardise a batch of two rows.",
        rtol=1e-4,
        atol=1e-4,
    )
    expect_state_names(state)
    expect_running(state, theirs, [batch], 0.3)


def test_running_standardize_adds_epsilon_to_the_variance(observe, rng):
    d = rng.choice(DISTINCT)
    x = torch.randn(6, d) * 3e-3
    x[:, rng.randrange(d)] = 0
    mean, var = torch.zeros(d), x.var(0)
    state = {
        "running_mean": mean,
        "running_var": var,
        "num_batches_tracked": torch.tensor(1),
    }

    in_eval, in_train = observe(
        standardize_in_both_modes,
        state,
        x,
        call=say(
            "RunningStandardize({d}, 0.1)(x) in eval mode and in training, columns "
            "of small variance",
            d=d,
        ),
    )

    batch_mean, batch_var = x.mean(0), x.var(0, correction=0)
    for y, m, v, mode in (
        (in_eval, mean, var, "eval mode"),
        (in_train, batch_mean, batch_var, "training"),
    ):
        expect_close(
            y,
            (x - m) / (v + 1e-5).sqrt(),
            say(
                "In {mode}, RunningStandardize does not divide by sqrt(var + 1e-5).",
                mode=mode,
            ),
            rtol=1e-3,
            atol=1e-4,
            slips={
                "a constant column has no variance: 0 / 0 is NaN": (
                    lambda y: bool(y.isnan().any())
                ),
                "1e-5 belongs under the root, not to it": (x - m) / (v.sqrt() + 1e-5),
            },
        )


@pytest.mark.parametrize("n", [1, 5], ids=["one_row", "batch"])
def test_running_standardize_uses_its_running_statistics_in_eval(observe, rng, n):
    d = rng.choice(DISTINCT)
    x = columns(n, d)
    theirs = nn.BatchNorm1d(d, affine=False, momentum=0.5)
    theirs(columns(6, d))
    theirs.eval()
    state = {name: t.clone() for name, t in theirs.state_dict().items()}

    y, after = observe(
        standardize_in_eval,
        0.5,
        state,
        x,
        call=say(
            "RunningStandardize({d}, 0.5).eval()(x), the state of a BatchNorm1d loaded",
            d=d,
        ),
    )

    batch = (x - x.mean(0)) / (x.var(0, correction=0) + 1e-5).sqrt()
    expect_close(
        y,
        theirs(x),
        "In eval mode, RunningStandardize does not use the running statistics.",
        rtol=1e-4,
        atol=1e-4,
        slips={"the batch's statistics are used in eval mode too": batch},
    )
    expect_state_names(after)
    for name in STATE:
        expect_equal(
            after[name],
            state[name],
            say("{name} changes in eval mode.", name=name),
            slips={"only training updates the running statistics": lambda _: True},
        )


@pytest.mark.weight(2)
def test_running_standardize_has_state_but_no_parameters(observe, rng):
    d = rng.choice(DISTINCT)

    state, parameters, double = observe(
        state_of_standardize,
        d,
        call=say("RunningStandardize({d}, 0.1).state_dict()", d=d),
    )

    expect_state_names(state)
    expect_equal(
        parameters,
        [],
        "Running statistics are parameters.",
        slips={"an nn.Parameter is trained: use register_buffer": lambda _: True},
    )
    for name, start in (
        ("running_mean", torch.zeros(d)),
        ("running_var", torch.ones(d)),
        ("num_batches_tracked", torch.tensor(0)),
    ):
        expect_equal(
            state[name], start, say("{name} does not start as it should.", name=name)
        )
    expect_state_names(double)
    expect_equal(
        [str(double[name].dtype) for name in STATE],
        ["torch.int64", "torch.float64", "torch.float64"],
        "The state does not follow to double, or the count does.",
    )


def test_running_standardize_tracks_its_batch_but_not_its_state(observe, rng):
    d = rng.choice(DISTINCT)
    batches = [columns(5, d) for _ in range(2)]
    upstream = torch.randn(5, d)

    tracked, gradient = observe(
        standardize_gradient,
        batches,
        upstream,
        call=say(
            "y = RunningStandardize({d}, 0.3)(x); y.backward(…), second batch", d=d
        ),
    )

    expect_equal(
        tracked,
        [],
        "Autograd tracks the running statistics.",
        slips={
            "update them under torch.no_grad(), or with detached values: else they "
            "keep the graph of every batch alive": lambda _: True
        },
    )
    leaf = batches[-1].clone().requires_grad_()
    nn.functional.batch_norm(leaf, None, None, training=True).backward(upstream)
    var = batches[-1].var(0, correction=0)
    expect_close(
        gradient,
        leaf.grad,
        "Gradients do not flow through mean and variance of the batch.",
        rtol=1e-3,
        atol=1e-4,
        slips={
            "the result is detached: no gradient reaches x": lambda g: g is None,
            "no_grad() or detach() makes constants of mean and variance; it belongs "
            "around the update only": upstream / (var + 1e-5).sqrt(),
        },
    )


def test_running_standardize_refuses_one_row_in_training(observe, rng):
    d = rng.choice(DISTINCT)

    raised = observe.error(
        standardize_one_row,
        torch.randn(1, d),
        call=say("RunningStandardize({d}, 0.1)(x) with x (1, {d}), in training", d=d),
    )

    expect_error(
        raised,
        ValueError,
        "RunningStandardize takes one row in training.",
        cause="n - 1 is 0: the unbiased variance of one row is NaN, and stays in the "
        "running one for ever",
    )
