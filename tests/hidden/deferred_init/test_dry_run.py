"""dry_run gives shapes to placeholders and leaves no other trace, even if it fails."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from deferred_init_helpers import (
    DISTINCT,
    Join,
    Shape,
    expect_same_values,
    flags_of,
    is_same,
    norm_before_lazy,
    shapes_of,
    values_of,
)
from grader.observe import expect_equal, expect_true, say

pytestmark = pytest.mark.exercise("deferred_init.dry_run")


def lazy_stack(widths: list[int]) -> nn.Module:
    """Return a network in which one row is too little for training mode."""
    return nn.Sequential(
        nn.LazyLinear(widths[0]),
        nn.LazyBatchNorm1d(),
        nn.ReLU(),
        nn.Dropout(),
        nn.LazyLinear(widths[1]),
    )


def dry_run_stack(
    ex: Any, widths: list[int], x: Tensor
) -> tuple[Shape, dict[str, Shape | None]]:
    net = lazy_stack(widths)
    shape = ex.dry_run(net, x)
    return shape, shapes_of(net)


def dry_run_layer(ex: Any, width: int, x: Tensor) -> Shape:
    return ex.dry_run(nn.LazyLinear(width), x)


def dry_run_join(ex: Any, widths: list[int], x: Tensor, y: Tensor) -> Shape:
    return ex.dry_run(Join(*widths), x, y)


def values_around_a_dry_run(
    ex: Any, widths: list[int], x: Tensor
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    net = norm_before_lazy(widths)
    before = values_of(net)
    ex.dry_run(net, x)
    after = values_of(net)
    return before, {name: after[name] for name in before if name in after}


def flags_around_a_dry_run(
    ex: Any, widths: list[int], frozen: list[int], x: Tensor
) -> tuple[dict[str, bool], dict[str, bool]]:
    net = norm_before_lazy(widths)
    for i in frozen:
        net[i].eval()
    before = flags_of(net)
    try:
        ex.dry_run(net, x)
    except NotImplementedError:  # not started
        raise
    except Exception:
        return before, flags_of(net)
    return before, flags_of(net)


def gradients_around_a_dry_run(
    ex: Any, widths: list[int], x: Tensor
) -> tuple[list[Tensor], list[Tensor | None], list[Tensor | None]]:
    net = norm_before_lazy(widths)
    norm = net[0]
    for p in norm.parameters():
        p.grad = torch.randn_like(p)
    before = [p.grad.clone() for p in norm.parameters()]
    ex.dry_run(net, x)
    rest = [p.grad for layer in net[1:] for p in layer.parameters()]
    return before, [p.grad for p in norm.parameters()], rest


def next_random_numbers(ex: Any, widths: list[int], x: Tensor) -> tuple[Tensor, Tensor]:
    net = lazy_stack(widths)
    state = torch.get_rng_state()
    expected = torch.rand(())
    torch.set_rng_state(state)
    ex.dry_run(net, x)
    return expected, torch.rand(())


def trainable_after_dry_run(
    ex: Any, widths: list[int], x: Tensor
) -> tuple[list[bool], list[bool]]:
    net = nn.Sequential(nn.LazyLinear(widths[0]), nn.LazyLinear(widths[1]))
    ex.dry_run(net, x)
    parameters = list(net.parameters())
    return (
        [p.is_inference() for p in parameters],
        [p.requires_grad for p in parameters],
    )


def train_after_dry_run(
    ex: Any, widths: list[int], x: Tensor
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    net = nn.Sequential(nn.LazyLinear(widths[0]), nn.LazyLinear(widths[1]))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    ex.dry_run(net, x)
    before = values_of(net)
    net(x).square().sum().backward()
    optimizer.step()
    return before, values_of(net)


SKIPS_HOOKS = {
    "uninitialized parameter": "net.forward(…) skips the hooks that make the "
    "parameters: call net(…)"
}


@pytest.mark.weight(2)
def test_dry_run_gives_shapes_from_a_single_row(observe, rng):
    inner, *widths = rng.sample(DISTINCT, 3)
    x = torch.randn(1, inner)
    call = say(
        "dry_run(net, x) with LazyBatchNorm1d in net, x {shape}", shape=tuple(x.shape)
    )

    shape, shapes = observe(
        dry_run_stack,
        widths,
        x,
        call=call,
        causes={
            "more than 1 value per channel": "in training mode, batch norm needs more "
            "than one row: net.eval() first"
        },
    )

    expect_equal(
        shape, (1, widths[1]), "dry_run does not return the shape of the output."
    )
    expect_equal(
        shapes,
        {
            "0.weight": (widths[0], inner),
            "0.bias": (widths[0],),
            "1.weight": (widths[0],),
            "1.bias": (widths[0],),
            "4.weight": (widths[1], widths[0]),
            "4.bias": (widths[1],),
        },
        "dry_run does not give all placeholders their shapes.",
        slips={
            "placeholders are left: the network that you were given was not called": (
                lambda shapes: None in shapes.values()
            )
        },
    )


def test_dry_run_works_on_a_single_layer(observe, rng):
    inner, width = rng.sample(DISTINCT, 2)
    x = torch.randn(*rng.sample(DISTINCT, 2), inner)
    call = say(
        "dry_run(LazyLinear({width}), x) with x {shape}",
        width=width,
        shape=tuple(x.shape),
    )

    shape = observe(dry_run_layer, width, x, call=call, causes=SKIPS_HOOKS)

    expect_equal(
        shape,
        (*x.shape[:-1], width),
        "dry_run does not return the shape of the output.",
        slips={"this is the shape of the input": tuple(x.shape)},
    )


def test_dry_run_passes_all_inputs_on(observe, rng):
    one, two, *widths = rng.sample(DISTINCT, 4)
    x, y = torch.randn(3, one), torch.randn(3, two)
    call = "dry_run(net, x, y), net a network of two inputs"

    shape = observe(
        dry_run_join,
        widths,
        x,
        y,
        call=call,
        causes={
            "missing 1 required positional": "call net(*inputs), with the star, so "
            "that each input is an argument of its own"
        },
    )

    expect_equal(
        shape, (3, sum(widths)), "dry_run does not return the shape of the output."
    )


def test_dry_run_keeps_values_and_running_statistics(observe, rng):
    widths = rng.sample(DISTINCT, 3)

    before, after = observe(
        values_around_a_dry_run,
        widths,
        3 + torch.randn(5, widths[0]),
        call="dry_run(Sequential(BatchNorm1d, LazyLinear, LazyLinear), x)",
    )

    expect_same_values(
        after,
        before,
        "dry_run changes values that were there before.",
        cause="in training mode, batch norm updates its running statistics: net.eval()",
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("frozen", [[], [0], [0, 1, 2]], ids=["none", "one", "three"])
def test_dry_run_keeps_each_training_flag(observe, rng, frozen):
    widths = rng.sample(DISTINCT, 3)

    before, after = observe(
        flags_around_a_dry_run,
        widths,
        frozen,
        torch.randn(5, widths[0]),
        call=say(
            "dry_run(net, x), layers {frozen} of net in eval mode, the rest not",
            frozen=frozen,
        ),
    )

    expect_equal(
        after,
        before,
        "dry_run changes the training flags.",
        slips={
            "net.eval() reaches every module; give each its flag back": (
                lambda flags: not any(flags.values())
            ),
            "net.train() switches every module; give each the flag that it had": (
                lambda flags: all(flags.values())
            ),
            "net.train(flag) switches every module; give each the flag that it had": (
                lambda flags: len(set(flags.values())) == 1
            ),
        },
    )


def test_dry_run_keeps_the_flags_if_the_network_raises(observe, rng):
    widths = rng.sample(DISTINCT, 3)

    before, after = observe(
        flags_around_a_dry_run,
        widths,
        [0],
        torch.randn(5, widths[0] + 1),
        call="dry_run(net, x) with an x that does not fit, then the flags of net",
    )

    expect_equal(
        after,
        before,
        "dry_run does not give the training flags back when the network raises.",
        slips={"what must happen in any case belongs into a finally": lambda _: True},
    )


def test_dry_run_keeps_gradients(observe, rng):
    widths = rng.sample(DISTINCT, 3)

    before, after, rest = observe(
        gradients_around_a_dry_run,
        widths,
        torch.randn(5, widths[0]),
        call="dry_run(net, x), then the gradients of net",
    )

    expect_equal(
        after,
        before,
        "dry_run changes gradients that were there before.",
        slips={"zero_grad() drops gradients": [None, None]},
    )
    expect_equal(rest, [None] * 4, "dry_run gives gradients to new parameters.")


def test_dry_run_keeps_the_random_numbers(observe, rng):
    inner, *widths = rng.sample(DISTINCT, 3)

    expected, drawn = observe(
        next_random_numbers,
        widths,
        torch.randn(5, inner),
        call="dry_run(net, x); torch.rand(())",
    )

    expect_equal(
        drawn,
        expected,
        "After dry_run, the next random number is another one than without it.",
        slips={
            "initial values are random numbers: run inside torch.random.fork_rng()": (
                lambda _: True
            )
        },
    )


@pytest.mark.weight(2)
def test_dry_run_leaves_parameters_that_can_be_trained(observe, rng):
    inner, *widths = rng.sample(DISTINCT, 3)
    x = torch.randn(5, inner)

    inference, trainable = observe(
        trainable_after_dry_run, widths, x, call="dry_run(net, x); net.parameters()"
    )
    expect_true(
        not any(inference),
        "The parameters cannot be trained after dry_run.",
        expected="ordinary parameters",
        got="inference tensors",
        cause="what inference_mode() makes can never be trained: use no_grad()",
    )
    expect_equal(
        trainable, [True] * 4, "The parameters cannot be trained after dry_run."
    )
    before, after = observe(
        train_after_dry_run,
        widths,
        x,
        call="SGD(net.parameters()); dry_run(net, x); a step of SGD",
    )

    shapes = [(widths[0], inner), (widths[0],), (widths[1], widths[0]), (widths[1],)]
    for values in (before, after):
        expect_equal(
            [tuple(value.shape) for value in values.values()],
            shapes,
            "dry_run does not give all placeholders their shapes.",
        )
    pairs = before.values(), after.values()
    expect_true(
        all(not is_same(a, b) for a, b in zip(*pairs, strict=True)),
        "A step of SGD leaves parameters as they were.",
        expected="an optimizer made before dry_run trains all four",
        got="some do not change",
        cause="the placeholder itself becomes the parameter: put no new one there",
    )


def test_dry_run_gives_the_initial_values_of_the_layers(observe, rng):
    inner, *widths = rng.sample(DISTINCT, 3)

    values, _ = observe(
        train_after_dry_run,
        widths,
        torch.randn(5, inner),
        call="dry_run(Sequential(LazyLinear, LazyLinear), x); its weights",
    )

    for name, fan_in in (("0.weight", inner), ("1.weight", widths[0])):
        weight = values.get(name, torch.zeros(1))
        expect_true(
            bool((weight.abs() <= fan_in**-0.5).all()) and weight.unique().numel() > 1,
            say(
                "{name} does not have the initial values of a Linear layer.", name=name
            ),
            expected=say("random numbers between ±1/√{fan_in}", fan_in=fan_in),
            got="other values",
            cause="the first call of the network initializes, too; materialize() alone "
            "does not",
        )
