"""apply_init calls init on every module once shapes are there, and keeps the rest."""

from collections import namedtuple
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from deferred_init_helpers import (
    DISTINCT,
    Build,
    Constant,
    Join,
    OwnError,
    Refuses,
    Seen,
    flags_of,
    look,
    norm_before_lazy,
    tensors_of,
)

pytestmark = pytest.mark.exercise("deferred_init.apply_init")

Pair = namedtuple("Pair", ["x", "y"])


class EveryError(OwnError, AttributeError, RuntimeError, TypeError, ValueError):
    """An exception that whoever suppresses one of its classes swallows."""


def nothing(_: nn.Module) -> None:
    """Leave a module as it is."""


def give_another(module: nn.Module) -> nn.Module:
    module.double()
    return nn.Identity()


def freeze(module: nn.Module) -> None:
    module.training = False


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


def bare_norm() -> nn.Module:
    return nn.LazyBatchNorm1d(affine=False)


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
    except EveryError as error:
        result = str(error)
    except OwnError as error:
        return {"raised": str(error), "modules that init gets": sorted(waiting)}
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


ORDINARY = "for a network without placeholders"
TWICE = "where a layer is used twice, also in a block in eval mode"
FREEZES = "where init switches to eval mode"
STOPPED = "where the network raises in the dry run"
TRUTHY = "where init returns another module"
RAISES = "where init raises"
BECAUSE = {
    ORDINARY: "init is called where nothing is lazy, too",
    "for no input": "an empty tuple is a tuple, too: net()",
    TWICE: "net.train() switches every module: give each the flag that it had",
    "for batch norm": "in training mode, batch norm updates its running statistics: "
    "net.eval()",
    FREEZES: "the flags come back before init is called: what init does stays",
    STOPPED: "the caller gets the exception, and init is not called",
    TRUTHY: "what init returns does not count",
    RAISES: "an exception of init is for the caller",
}


def play(sweep: Any, cases: dict[str, tuple[Any, ...]]) -> None:
    sweep.cases(
        initialized,
        cases,
        call="apply_init(net, inputs, init), then all that there is to see of net",
        fault="apply_init does not initialize every module of net after the dry run.",
        slips=SLIPS,
        because=BECAUSE,
        causes=CAUSES,
    )


@pytest.mark.weight(3)
def test_apply_init_takes_all_kinds_of_networks(sweep, rng):
    inner, *widths = rng.sample(DISTINCT, 3)
    x, y = torch.randn(4, inner), torch.randn(4, 2)
    rows = 3 + torch.randn(2, inner)
    lazy, mixed = partial(lazy_layers, *widths), partial(norms, inner, *widths)
    cases = {
        "": (lazy, set_linear, x),
        ORDINARY: (lambda: nn.Sequential(nn.Linear(inner, 2)), set_linear, x),
        "for two inputs": (lambda: Join(*widths), set_linear, (x, y)),
        TWICE: (lambda: shared_layer(inner), set_linear, x),
        "for batch norm": (mixed, nothing, rows),
        "for a single row": (mixed, nothing, rows[:1]),
        "where only buffers are placeholders": (bare_norm, nothing, rows),
        "for a single layer": (lambda: nn.LazyLinear(inner), set_linear, x),
    }

    play(sweep, cases)


@pytest.mark.weight(2)
def test_apply_init_takes_all_kinds_of_inputs_and_inits(sweep, rng):
    inner, *widths = rng.sample(DISTINCT, 3)
    x, y = torch.randn(4, inner), torch.randn(4, 2)
    lazy = partial(lazy_layers, *widths)
    cases = {
        "for a tuple of one input": (lazy, set_linear, (x,)),
        "for a named tuple": (lambda: Join(*widths), set_linear, Pair(x, y)),
        "for no input": (Constant, set_linear, ()),
        "for an input of zeros": (lazy, set_linear, torch.zeros(1, 1)),
        FREEZES: (lazy, freeze, x),
        STOPPED: (lambda: nn.Sequential(Refuses(), lazy()), nothing, x),
        TRUTHY: (lazy, give_another, x),
        RAISES: (lambda: nn.LazyLinear(inner), fail, x),
    }

    play(sweep, cases)
