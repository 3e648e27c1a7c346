"""apply_init calls init on every module once shapes are there, and keeps the rest."""

import itertools
from collections import namedtuple
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
    Seen,
    flags_of,
    look,
    norm_before_lazy,
    tensors_of,
)
from grader.observe import expect_equal, say

pytestmark = pytest.mark.exercise("deferred_init.apply_init")

Pair = namedtuple("Pair", ["x", "y"])


def nothing(_: nn.Module) -> None:
    """Leave a module as it is."""


def answer_false(module: nn.Module) -> bool:
    """Return what could be taken for a sign to stop."""
    return len(list(module.children())) > 5


def double(module: nn.Module) -> nn.Module:
    return module.double()


def fail_at_linear(module: nn.Module) -> None:
    if type(module) is nn.Linear:
        raise OwnError("at a layer")


def set_linear(module: nn.Module) -> None:
    """Give values, in the manner that does nothing to a LazyLinear."""
    if type(module) is nn.Linear:
        nn.init.constant_(module.weight, 1.5)
        nn.init.constant_(module.bias, 0.5)


def lazy_layers(_: int, *widths: int) -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Sequential(*map(nn.LazyLinear, widths)))


def ordinary_layers(*widths: int) -> nn.Module:
    pairs = itertools.pairwise(widths)
    return nn.Sequential(nn.Flatten(), nn.Sequential(*(nn.Linear(*p) for p in pairs)))


def norms(inner: int, *widths: int) -> nn.Module:
    """Return a network of several modes, with placeholder buffers."""
    rest = nn.LazyBatchNorm1d(), nn.LazyLinear(inner).eval()
    return nn.Sequential(norm_before_lazy(inner, *widths).eval(), nn.Sequential(*rest))


def single_layer(_: int, width: int, *__: int) -> nn.Module:
    return nn.LazyLinear(width)


def shared_layer(inner: int, *_: int) -> nn.Module:
    layer = nn.LazyLinear(inner)
    return nn.Sequential(layer, nn.ReLU(), nn.Sequential(layer))


def join(_: int, *widths: int) -> nn.Module:
    return Join(*widths)


def initialized(
    ex: Any, build: Build, widths: list[int], init: Callable[..., Any], inputs: Any
) -> Seen:
    """Return what init met and did, and what is to see of the network then."""
    net = build(*widths)
    before, flags = look(net), flags_of(net)
    names = {module: name for name, module in net.named_modules()}
    waiting: dict[str, int] = {}
    kept: list[bool] = []

    def watched(module: nn.Module) -> Any:
        name = names.get(module, "a module of another network")
        pending = sum(map(is_lazy, tensors_of(net).values()))
        waiting[name] = max(pending, waiting.get(name, 0))
        kept.append(flags_of(net) == flags)
        return init(module)

    result: Any = None
    try:
        result = ex.apply_init(net, inputs, watched)
    except OwnError as error:
        result = str(error)
    seen = look(net)
    for name in [name for name, value in before.items() if value is None]:
        if init.__name__ != "set_linear" and isinstance(seen[name], Tensor):
            seen[name] = tuple(seen[name].shape)  # what it holds is chance
    return {
        "modules that init gets": sorted(waiting),
        "placeholders that init meets": max(waiting.values(), default=-1),
        "returned": result is net or result,
        "flags are kept for init": all(kept),
        **seen,
    }


CAUSES = {
    r"positional arguments? but": "net(*inputs) takes a tensor apart, row by row: "
    "a tensor goes in whole, as net(inputs)",
    "missing 1 required positional": "a tuple of inputs goes in as net(*inputs), each "
    "of them an argument of its own",
}
SLIPS = {
    "this is another network: work on net itself": (
        lambda seen: "a module of another network" in seen["modules that init gets"]
    ),
    "init came before the dry run, or there was none: it gives placeholders their "
    "shapes": lambda seen: seen["placeholders that init meets"] > 0,
    "net.apply(init) returns net: return it": lambda seen: seen["returned"] is None,
    "net.eval() reaches every module: give each its flag back": (
        lambda seen: not seen[".training"]
    ),
    "a network without placeholders is initialized, too": (
        lambda seen: not seen["modules that init gets"]
    ),
    "children() gives one level only: net.apply(init)": (
        lambda seen: seen["modules that init gets"] == ["0", "1"]
    ),
    "the network itself is a module, too: net.apply(init)": (
        lambda seen: seen["modules that init gets"] == ["0", "1", "1.0", "1.1"]
    ),
    "only some kinds of modules get init: leave the choice to init": (
        lambda seen: len(seen["modules that init gets"]) < 5
    ),
}


@pytest.mark.weight(2)
@pytest.mark.parametrize("build", [lazy_layers, ordinary_layers, join])
def test_apply_init_initializes_once_shapes_are_there(sweep, rng, build):
    widths = rng.sample(DISTINCT, 3)
    x = torch.randn(4, widths[0])
    inputs = (x, torch.randn(4, 2)) if build is join else x

    sweep.cases(
        initialized,
        {"": (build, widths, set_linear, inputs)},
        call=say(
            "apply_init(net, {inputs}, init), net of {what}",
            inputs="(x, y)" if build is join else "x",
            what=build.__name__.replace("_", " "),
        ),
        fault="apply_init does not initialize every module of net after the dry run.",
        slips=SLIPS,
        causes=CAUSES,
    )


@pytest.mark.weight(2)
def test_apply_init_meets_all_kinds_of_networks_and_inputs(sweep, rng):
    widths = rng.sample(DISTINCT, 3)
    x, y = torch.randn(4, widths[0]), torch.randn(4, 2)
    two_rows = 3 + torch.randn(2, widths[0])

    sweep.cases(
        initialized,
        {
            "": (norms, widths, nothing, two_rows),
            "for a tuple of one input": (lazy_layers, widths, set_linear, (x,)),
            "for a named tuple": (join, widths, set_linear, Pair(x, y)),
            "for a single row": (norms, widths, nothing, two_rows[:1]),
            "for a single layer": (single_layer, widths, set_linear, x),
            "where a layer is used twice": (shared_layer, widths, set_linear, x),
            "where init returns False": (lazy_layers, widths, answer_false, x),
            "where init returns a module": (lazy_layers, widths, double, x),
            "where init raises": (single_layer, widths, fail_at_linear, x),
        },
        call="apply_init(net, inputs, init), then all that there is to see of net",
        fault="The dry run of apply_init leaves a trace.",
        slips={
            "in training mode, batch norm updates its running statistics: net.eval()": (
                lambda seen: (
                    seen["0.0.num_batches_tracked"] > 0
                    or seen["1.0.num_batches_tracked"] > 0
                )
            ),
            "net.eval() reaches every module: give each its flag back": (
                lambda seen: not seen["1.training"]
            ),
            "net.train() switches every module; give each the flag that it had": (
                lambda seen: seen["0.training"]
            ),
        },
    )


def test_apply_init_returns_the_network(observe, rng):
    widths = rng.sample(DISTINCT, 3)

    seen = observe(
        initialized,
        lazy_layers,
        widths,
        nothing,
        torch.randn(3, widths[0]),
        call="apply_init(net, x, init) is net",
    )

    expect_equal(
        (seen["returned"], seen["placeholders that init meets"]),
        (True, 0),
        "apply_init does not return the network, all of it with shapes.",
    )
