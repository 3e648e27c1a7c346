"""dry_run gives shapes to placeholders and leaves no other trace, even if it fails."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from deferred_init_helpers import (
    DISTINCT,
    Build,
    Join,
    OwnError,
    Refuses,
    Seen,
    Shape,
    flags_of,
    look,
    norm_before_lazy,
    outcome,
    shapes_of,
    tensors_of,
)
from grader.observe import expect_equal, expect_true, expect_unchanged, say

pytestmark = pytest.mark.exercise("deferred_init.dry_run")


class Noise(nn.Module):
    """A layer that draws in eval mode, too, and notes in what mode it runs."""

    def __init__(self) -> None:
        super().__init__()
        self.mode: bool | None = None

    def forward(self, x: Tensor) -> Tensor:
        self.mode = self.training
        return x + torch.rand_like(x)


class Constant(nn.Module):
    """A network without inputs."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.LazyLinear(2)

    def forward(self) -> Tensor:
        return self.layer(torch.ones(3, 4)).sum()


def lazy_stack(*widths: int) -> nn.Module:
    """Return a network in which one row is too little for training mode."""
    first, last = nn.LazyLinear(widths[0]), nn.LazyLinear(widths[1])
    return nn.Sequential(first, nn.LazyBatchNorm1d(), nn.ReLU(), nn.Dropout(), last)


def lazy_pair(*widths: int) -> nn.Module:
    return nn.Sequential(*map(nn.LazyLinear, widths))


def in_eval(net: nn.Module, *names: str) -> nn.Module:
    """Turn some modules of a network, and none in them, to eval mode."""
    for name in names:
        net.get_submodule(name).training = False
    return net


def three_levels(inner: int, width: int, *frozen: str) -> nn.Module:
    """Return a network with batch norm at three levels, some modules in eval mode."""
    deep = nn.Sequential(nn.BatchNorm1d(inner), nn.Sequential(nn.BatchNorm1d(inner)))
    net = nn.Sequential(nn.BatchNorm1d(inner), deep, nn.LazyLinear(width))
    return in_eval(net, *frozen)


def all_that_can_change(inner: int, width: int) -> nn.Module:
    """Return batch norm with a gradient, a frozen part, and layers that draw."""
    norm, late = nn.BatchNorm1d(inner), nn.BatchNorm1d(inner)
    norm.weight.grad = torch.arange(inner) + 1.0
    return nn.Sequential(Noise(), norm, Noise(), late.eval(), nn.LazyLinear(width))


def with_hooks(inner: int, width: int) -> nn.Module:
    net = norm_before_lazy(inner, width)
    net[0].register_forward_hook(lambda *_: None)
    net.register_forward_pre_hook(lambda *_: None)
    return net


def one_layer_twice(inner: int, _: int) -> nn.Module:
    layer = nn.LazyLinear(inner)
    return nn.Sequential(layer, nn.BatchNorm1d(inner), nn.Sequential(layer))


def lazy_images(_: int, width: int) -> nn.Module:
    layers = nn.LazyConv2d(width, 3), nn.LazyBatchNorm2d(), nn.Flatten()
    return nn.Sequential(*layers, nn.LazyLinear(width))


def that_raises(inner: int, width: int, *frozen: str) -> nn.Module:
    return nn.Sequential(three_levels(inner, width, *frozen), Refuses())


def dry_run_of(
    ex: Any, build: Build, args: list[Any], xs: list[Tensor]
) -> tuple[Shape, dict[str, Shape | None]]:
    net = build(*args)
    shape = ex.dry_run(net, *xs)
    return shape, shapes_of(net)


def flags_around(
    ex: Any, build: Build, args: list[Any], x: Tensor
) -> tuple[str, dict[str, bool], dict[str, bool], int]:
    """Return what is raised, flags before and after, and how many parameters wait."""
    net = build(*args)
    before = flags_of(net)
    raised = outcome(OwnError, ex.dry_run, net, x)
    return raised, before, flags_of(net), sum(map(is_lazy, net.parameters()))


def traces_of(ex: Any, build: Build, args: list[Any], xs: list[Tensor]) -> Seen:
    """Return a shape and what is to see then; of new parameters what is no chance."""
    net = build(*args)
    before = tensors_of(net)
    fresh = [name for name, seen in look(net).items() if seen is None]
    torch.rand(3)
    state = torch.get_rng_state()
    kept = [x.detach().clone() for x in xs]
    shape = ex.dry_run(net, *xs)
    seen = look(net)
    for name in fresh:
        if isinstance(seen.get(name), Tensor) and "running" not in name:
            seen[name] = str(seen[name].dtype), tuple(seen[name].shape)
    same = [t for name, t in tensors_of(net).items() if t is before[name]]
    return {
        "shape": shape,
        **seen,
        "random numbers kept": torch.equal(torch.get_rng_state(), state),
        "inputs kept": [torch.equal(x, old) for x, old in zip(xs, kept, strict=True)],
        "gradients of inputs": [x.grad for x in xs],
        "runs in training mode": [m.mode for m in net.modules() if type(m) is Noise],
        "can be trained": [
            p.is_leaf and not p.is_inference() for p in net.parameters()
        ],
        "the same objects": len(same),
    }


def values_after(ex: Any, widths: list[int], x: Tensor) -> list[Tensor]:
    net = lazy_pair(*widths)
    ex.dry_run(net, x)
    return list(net.parameters())


TENSORS_AT_ALL = 12  # 2 batch norms of 5, a weight and a bias
CAUSES = {
    "more than 1 value per channel": "in training mode, batch norm needs more than one "
    "row: net.eval() first",
    "uninitialized parameter": "net.forward(…) skips the hooks that make the "
    "parameters: call net(…)",
    "missing 1 required positional": "call net(*inputs), with the star, so that each "
    "input is an argument of its own",
}


@pytest.mark.weight(2)
@pytest.mark.parametrize("build", [nn.LazyLinear, lazy_stack, Join])
def test_dry_run_gives_shapes_from_a_single_row(observe, rng, build):
    one, two, *widths = rng.sample(DISTINCT, 4)
    xs = [torch.randn(1, one), torch.randn(1, two)][: 2 if build is Join else 1]
    args = widths[: 1 if build is nn.LazyLinear else 2]
    net = build(*args).eval()
    expected = net(*xs).shape

    shape, shapes = observe(
        dry_run_of,
        build,
        args,
        xs,
        call=say(
            "dry_run({name}{args}, x) with x (1, {one})",
            name=build.__name__,
            args=tuple(args),
            one=one,
        ),
        causes=CAUSES,
    )

    expect_equal(
        shape,
        tuple(expected),
        "dry_run does not return the shape of the output.",
        slips={"this is the shape of the input": tuple(xs[0].shape)},
    )
    expect_equal(
        shapes,
        shapes_of(net),
        "dry_run does not give all placeholders their shapes.",
        slips={
            "placeholders are left: the network that you were given was not called": (
                lambda shapes: None in shapes.values()
            )
        },
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize(
    "frozen",
    [
        [],
        ["", "0", "1", "1.0", "1.1", "1.1.0", "2"],
        ["0"],
        ["1", "1.0", "1.1", "1.1.0"],
        ["1.1.0"],
        ["", "1"],
    ],
    ids=["none", "all", "one", "block", "deep", "outer"],
)
@pytest.mark.parametrize("build", [three_levels, that_raises])
def test_dry_run_keeps_each_training_flag(observe, rng, build, frozen):
    inner, width = rng.sample(DISTINCT, 2)
    raises = build is that_raises

    raised, before, after, waiting = observe(
        flags_around,
        build,
        [inner, width, *frozen],
        torch.randn(5, inner),
        call=say(
            "dry_run(net, x), where {frozen} are in eval mode{also}",
            frozen=frozen,
            also=", and the last layer of net raises OwnError" if raises else "",
        ),
    )

    expect_equal(
        raised,
        "OwnError" if raises else "no exception",
        "dry_run does not leave the exception of the network to its caller."
        if raises
        else "dry_run raises an exception.",
    )
    expect_equal(waiting, 0, "dry_run leaves placeholders.")
    expect_unchanged(
        after,
        before,
        "dry_run does not give the training flags back when the network raises."
        if raises
        else "dry_run changes the training flags.",
        cause="what must happen in any case belongs into a finally"
        if raises and not any(after.values())
        else say(
            "{switch} reaches every module: give each the flag that it had",
            switch="net.eval()" if not any(after.values()) else "net.train(flag)",
        ),
    )


@pytest.mark.weight(2)
def test_dry_run_leaves_no_other_trace(sweep, rng):
    inner, *widths = rng.sample(DISTINCT, 3)
    sizes = [inner, widths[0]]
    x = 3 + torch.randn(5, inner)
    cases: dict[str, tuple[Callable[..., Any], list[Any], list[Tensor]]] = {
        "at all": (all_that_can_change, sizes, [x]),
        "where the input asks for a gradient": (
            norm_before_lazy,
            sizes,
            [x.clone().requires_grad_()],
        ),
        "for a single row": (lazy_stack, widths, [x[:1]]),
        "for an empty batch": (lazy_stack, widths, [x[:0]]),
        "for more axes": (lazy_pair, widths, [torch.randn(2, 1, 3, inner)]),
        "for a vector": (nn.LazyLinear, [inner], [x[0]]),
        "for images, with placeholder buffers": (
            lazy_images,
            sizes,
            [torch.randn(1, 2, 5, 5)],
        ),
        "for two inputs": (Join, widths, [x, torch.randn(5, 3)]),
        "for a network without inputs and an output without axes": (Constant, [], []),
        "where a layer is used twice": (one_layer_twice, sizes, [x]),
        "where there are hooks": (with_hooks, sizes, [x]),
        "where nothing is lazy": (nn.Linear, sizes, [x]),
        "in float64": (
            lambda *sizes: norm_before_lazy(*sizes).double(),
            sizes,
            [x.double()],
        ),
        "where all is in eval mode": (
            lambda *sizes: norm_before_lazy(*sizes).eval(),
            sizes,
            [x],
        ),
    }

    sweep.cases(
        traces_of,
        cases,
        call="dry_run(net, …), then all that there is to see of net",
        fault="dry_run leaves a trace.",
        slips={
            "in training mode, batch norm updates its running statistics: net.eval()": (
                lambda seen: True in seen["runs in training mode"]
            ),
            "what inference_mode() makes can never be trained: use no_grad()": (
                lambda seen: not all(seen["can be trained"])
            ),
            "the placeholder itself becomes the parameter: put no new one there": (
                lambda seen: seen["the same objects"] < TENSORS_AT_ALL
            ),
            "zero_grad() drops gradients that were there before": (
                lambda seen: seen["1.weight.grad"] is None
            ),
            "backward() leaves gradients, and no gradient is asked for": (
                lambda seen: seen["1.bias.grad"] is not None
            ),
            "initial values and dropout draw numbers: torch.random.fork_rng() gives "
            "back the state, a seed does not": (
                lambda seen: not seen["random numbers kept"]
            ),
        },
    )


def test_dry_run_gives_the_initial_values_of_the_layers(observe, rng):
    inner, *widths = rng.sample(DISTINCT, 3)
    fans_in = inner, widths[0]

    values = observe(
        values_after,
        widths,
        torch.randn(20, inner),
        call="dry_run(Sequential(LazyLinear, LazyLinear), x); its weights",
    )

    expect_equal(
        [tuple(value.shape) for value in values[::2]],
        [(width, n) for width, n in zip(widths, fans_in, strict=True)],
        "dry_run does not give all placeholders their shapes.",
    )
    for weight, n in zip(values[::2], fans_in, strict=True):
        expect_true(
            bool((weight.abs() <= n**-0.5).all()) and weight.unique().numel() > 1,
            "The weights do not have the initial values of a Linear layer.",
            expected=say("random numbers between ±1/√{n}", n=n),
            got="other values",
            cause="the first call of the network initializes, too; materialize() alone "
            "does not",
        )
