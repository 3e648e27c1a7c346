"""apply_init calls init on every module once shapes are there, and keeps the rest."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from deferred_init_helpers import (
    DISTINCT,
    Build,
    Join,
    Shape,
    expect_same_values,
    flags_of,
    is_placeholder,
    norm_before_lazy,
    shapes_of,
    values_of,
)
from grader.observe import expect_close, expect_equal, expect_true, say

pytestmark = pytest.mark.exercise("deferred_init.apply_init")


def fill_with(value: float) -> Callable[[nn.Module], None]:
    """Return an init of the kind that does nothing to a LazyLinear."""

    def init(module: nn.Module) -> None:
        if type(module) is nn.Linear:
            nn.init.constant_(module.weight, value)

    return init


def weights_after_init(
    ex: Any, build: Build, widths: list[int], value: float, x: Tensor
) -> dict[str, Tensor | None]:
    net = build(widths)
    ex.apply_init(net, x, fill_with(value))
    return {
        name: None if is_placeholder(p) else p.detach()
        for name, p in net.named_parameters()
        if name.endswith("weight")
    }


def two_lazy_layers(widths: list[int]) -> nn.Module:
    return nn.Sequential(nn.LazyLinear(widths[1]), nn.ReLU(), nn.LazyLinear(widths[2]))


def two_ordinary_layers(widths: list[int]) -> nn.Module:
    return nn.Sequential(
        nn.Linear(widths[0], widths[1]), nn.ReLU(), nn.Linear(widths[1], widths[2])
    )


def calls_of_init(ex: Any, widths: list[int], x: Tensor) -> list[tuple[str, int]]:
    net = nn.Sequential(nn.Flatten(), two_lazy_layers(widths))
    names = {module: name for name, module in net.named_modules()}
    calls = []

    def init(module: nn.Module) -> None:
        calls.append((names[module], list(shapes_of(net).values()).count(None)))

    ex.apply_init(net, x, init)
    return calls


def init_join(
    ex: Any, widths: list[int], x: Tensor, y: Tensor
) -> dict[str, Shape | None]:
    net = Join(*widths)
    ex.apply_init(net, (x, y), lambda _: None)
    return shapes_of(net)


def init_tuple_of_one(ex: Any, widths: list[int], x: Tensor) -> dict[str, Shape | None]:
    net = two_lazy_layers(widths)
    ex.apply_init(net, (x,), lambda _: None)
    return shapes_of(net)


def is_returned(ex: Any, widths: list[int], x: Tensor) -> bool:
    net = two_lazy_layers(widths)
    return ex.apply_init(net, x, lambda _: None) is net


def traces_of_apply_init(
    ex: Any, widths: list[int], x: Tensor
) -> tuple[dict[str, Tensor], dict[str, Tensor], dict[str, bool], dict[str, bool]]:
    net = norm_before_lazy(widths)
    net[2].eval()
    before, flags = dict(values_of(net)), flags_of(net)
    ex.apply_init(net, x, lambda _: None)
    after = values_of(net)
    kept = {name: after[name] for name in before if name in after}
    return before, kept, flags, flags_of(net)


STAR = {
    r"positional arguments? but": "net(*inputs) takes a tensor apart, row by row: "
    "a tensor goes in whole, as net(inputs)",
    "missing 1 required positional": "a tuple of inputs goes in as net(*inputs), each "
    "of them an argument of its own",
    "uninitialized parameter": "init came before the dry run, when there was nothing "
    "to initialize",
}


@pytest.mark.weight(2)
@pytest.mark.parametrize("build", [two_lazy_layers, two_ordinary_layers])
def test_apply_init_sets_every_weight(observe, rng, build):
    widths = rng.sample(DISTINCT, 3)
    value = rng.uniform(1, 2)
    x = torch.randn(4, widths[0])
    call = say(
        "apply_init({replace}, x, all weights to {value:.3f})",
        replace=build.__name__.replace("_", " "),
        value=value,
    )

    weights = observe(
        weights_after_init, build, widths, value, x, call=call, causes=STAR
    )

    expect_equal(
        [None if w is None else tuple(w.shape) for w in weights.values()],
        [(widths[1], widths[0]), (widths[2], widths[1])],
        "apply_init leaves placeholders.",
        slips={"the dry run is missing": [None, None]},
    )
    for name, weight in weights.items():
        expect_close(
            weight,
            torch.full_like(weight, value),
            say("{name} does not have the value that init gives.", name=name),
            slips={
                "init came before the dry run: a LazyLinear is no nn.Linear yet": (
                    lambda _: build is two_lazy_layers
                ),
                "a network without placeholders is initialized, too": (
                    lambda _: build is two_ordinary_layers
                ),
            },
        )


@pytest.mark.weight(2)
def test_apply_init_calls_init_on_every_module_after_the_dry_run(observe, rng):
    widths = rng.sample(DISTINCT, 3)

    calls = observe(
        calls_of_init,
        widths,
        torch.randn(4, widths[0]),
        call="apply_init(net, x, init), and the modules that init gets",
    )

    expect_true(
        all(waiting == 0 for _, waiting in calls),
        "init is called while the network still has placeholders.",
        expected="no placeholder",
        got=say("{max} placeholders", max=max([0, *(waiting for _, waiting in calls)])),
        cause="do the dry run first: it gives them their shapes",
    )
    expect_equal(
        sorted({name for name, _ in calls}),
        ["", "0", "1", "1.0", "1.1", "1.2"],
        "init is not called on every module.",
        slips={
            "children() gives one level only: net.apply(init)": ["0", "1"],
            "the network itself is a module, too: net.apply(init)": (
                ["0", "1", "1.0", "1.1", "1.2"]
            ),
            "only some kinds of modules get init: leave the choice to init": (
                lambda names: len(names) < 6
            ),
        },
    )


def test_apply_init_takes_a_tuple_of_inputs(observe, rng):
    one, two, *widths = rng.sample(DISTINCT, 4)
    x, y = torch.randn(3, one), torch.randn(3, two)
    call = "apply_init(net, (x, y), init), net a network of two inputs"

    shapes = observe(init_join, widths, x, y, call=call, causes=STAR)

    expect_equal(
        shapes,
        {
            "left.weight": (widths[0], one),
            "left.bias": (widths[0],),
            "right.weight": (widths[1], two),
            "right.bias": (widths[1],),
        },
        "apply_init does not give all placeholders their shapes.",
    )


def test_apply_init_takes_a_tuple_of_one_input(observe, rng):
    widths = rng.sample(DISTINCT, 3)

    shapes = observe(
        init_tuple_of_one,
        widths,
        torch.randn(3, widths[0]),
        call="apply_init(net, (x,), init)",
    )

    expect_equal(
        shapes,
        {
            "0.weight": (widths[1], widths[0]),
            "0.bias": (widths[1],),
            "2.weight": (widths[2], widths[1]),
            "2.bias": (widths[2],),
        },
        "apply_init does not give all placeholders their shapes.",
    )


def test_apply_init_returns_the_network(observe, rng):
    widths = rng.sample(DISTINCT, 3)

    same = observe(
        is_returned, widths, torch.randn(3, widths[0]), call="apply_init(net, x, init)"
    )

    expect_true(
        same,
        "apply_init does not return the network.",
        expected="net itself",
        got="something else",
        cause="net.apply(init) returns net: return it",
    )


def test_apply_init_keeps_statistics_and_flags(observe, rng):
    widths = rng.sample(DISTINCT, 3)

    before, after, flags_before, flags = observe(
        traces_of_apply_init,
        widths,
        3 + torch.randn(5, widths[0]),
        call="apply_init(Sequential(BatchNorm1d, LazyLinear, LazyLinear), x, nothing)",
    )

    expect_same_values(
        after,
        before,
        "The dry run of apply_init changes values that were there before.",
        cause="in training mode, batch norm updates its running statistics: net.eval()",
    )
    expect_equal(
        flags,
        flags_before,
        "apply_init changes the training flags.",
        slips={
            "net.eval() reaches every module; give each its flag back": (
                lambda flags: not any(flags.values())
            ),
            "net.train() switches every module; give each the flag that it had": (
                lambda flags: all(flags.values())
            ),
        },
    )
