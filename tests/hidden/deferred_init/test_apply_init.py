"""apply_init calls init on every module once shapes are there, and keeps the rest."""

from collections import OrderedDict, namedtuple
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
from grader.observe import draw_name

pytestmark = pytest.mark.exercise("deferred_init.apply_init")

Pair = namedtuple("Pair", ["x", "y"])


class EveryError(OwnError, AttributeError, RuntimeError, TypeError, ValueError):
    """An exception that whoever suppresses one of its classes swallows."""


def nothing(_: nn.Module) -> None:
    """Leave a module as it is."""


def answer_false(module: nn.Module) -> bool:
    """Return what could be taken for a sign to stop."""
    return len(list(module.children())) > 5


def give_another(module: nn.Module) -> nn.Module:
    module.double()
    return nn.Identity()


def fail(_: nn.Module) -> None:
    raise EveryError("from init")


def set_linear(module: nn.Module) -> None:
    """Give values, in the manner that does nothing to a LazyLinear."""
    if type(module) is nn.Linear:
        nn.init.constant_(module.weight, 1.5)
        nn.init.constant_(module.bias, 0.5)


def lazy_layers(*widths: int) -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Sequential(*map(nn.LazyLinear, widths)))


def norms(inner: int, *widths: int) -> nn.Module:
    """Return a network of several modes, with placeholder buffers."""
    rest = nn.LazyBatchNorm1d(), nn.LazyLinear(inner).eval()
    return nn.Sequential(norm_before_lazy(inner, *widths).eval(), nn.Sequential(*rest))


def shared_layer(width: int) -> nn.Module:
    """Return a network that holds a layer twice, also in a block in eval mode."""
    layer = nn.LazyLinear(width)
    block = nn.Sequential(layer)
    block.training = False
    return nn.Sequential(layer, nn.ReLU(), block)


def initialized(ex: Any, build: Build, init: Callable[..., Any], inputs: Any) -> Seen:
    """Return what init met and did, and what is to see of the network then."""
    net = build()
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
    "init came before the dry run was over, or there was none: it gives placeholders "
    "their shapes": lambda seen: seen["placeholders that init meets"] > 0,
    "net.apply(init) returns net: return it": lambda seen: seen["returned"] is None,
    "net.eval() reaches every module: give each its flag back": (
        lambda seen: not seen[".training"]
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


@pytest.mark.weight(3)
def test_apply_init_initializes_once_shapes_are_there(sweep, rng):
    inner, *widths = rng.sample(DISTINCT, 3)
    x, own = torch.randn(4, inner), draw_name(rng)
    ordinary = "for a network without placeholders"

    sweep.cases(
        initialized,
        {
            "": (lambda: lazy_layers(*widths), set_linear, x),
            ordinary: (lambda: nn.Sequential(nn.Linear(inner, 2)), set_linear, x),
            "for two inputs": (lambda: Join(*widths), set_linear, (x, x[:, 1:])),
            "for a layer of another name": (
                lambda: nn.Sequential(OrderedDict({own: nn.LazyLinear(2)})),
                set_linear,
                x,
            ),
        },
        call="apply_init(net, inputs, init)",
        fault="apply_init does not initialize every module of net after the dry run.",
        slips=SLIPS,
        because={ordinary: "init is called where nothing is lazy, too"},
        causes=CAUSES,
    )


@pytest.mark.weight(2)
def test_apply_init_meets_all_kinds_of_networks_and_inputs(sweep, rng):
    inner, *widths = rng.sample(DISTINCT, 3)
    x, y = torch.randn(4, inner), torch.randn(4, 2)
    two_rows = 3 + torch.randn(2, inner)
    raises = "where init raises"
    truthy = "where init returns another module"

    def lazy() -> nn.Module:
        return lazy_layers(*widths)

    sweep.cases(
        initialized,
        {
            "": (lambda: norms(inner, *widths), nothing, two_rows),
            "for a tuple of one input": (lazy, set_linear, (x,)),
            "for a named tuple": (lambda: Join(*widths), set_linear, Pair(x, y)),
            "for a single row": (lambda: norms(inner, *widths), nothing, two_rows[:1]),
            "for a single layer": (lambda: nn.LazyLinear(inner), set_linear, x),
            "where a layer is used twice": (
                lambda: shared_layer(inner),
                set_linear,
                x,
            ),
            "where init returns False": (lazy, answer_false, x),
            truthy: (lazy, give_another, x),
            raises: (lambda: nn.LazyLinear(inner), fail, x),
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
        because={
            raises: "an exception of init is for the caller",
            truthy: "what init returns does not count",
        },
        causes=CAUSES,
    )
