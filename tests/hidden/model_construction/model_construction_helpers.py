"""Sizes to draw from, what parameters tell, and what becomes of networks passed in."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from grader.observe import CALLS, LAYOUTS, MODULES, SHAPES, say
from grader.observe.compare import is_close

DISTINCT = range(2, 12)  # drawn from without repeats, so that no shape is square
STATES = "plain", "other", *SHAPES, *LAYOUTS, "no_grad", "inference", *CALLS, *MODULES
"""What a module meets whose parameters are float32."""


def forms(tensors: list[Tensor]) -> list[str]:
    """Return dtype and shape of each tensor, in order, whatever `sorted` has become."""
    found = [f"{t.dtype} {tuple(t.shape)}"[len("torch.") :] for t in tensors]
    found.sort()
    return found


def gives(expected: Tensor, part: str = "result") -> Callable[[dict[str, Any]], bool]:
    """Return what says whether a part of what is seen is close to this tensor."""
    return lambda seen: is_close(seen[part], expected, 1e-4, 1e-5)


class Hooked(nn.Module):
    """A linear layer that adds 1 in eval mode, and by a hook multiplies by 2."""

    def __init__(self, inner: int, out: int):
        super().__init__()
        self.linear = nn.Linear(inner, out)
        self.register_forward_hook(lambda _, __, y: 2 * y)

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(x) + (not self.training)


class Apply(nn.Module):
    """A module that applies a function."""

    def __init__(self, function: Callable[[Any], Any]):
        super().__init__()
        self.function = function

    def forward(self, x: Any) -> Any:
        return self.function(x)


ON_A_PAIR = [Apply(lambda x: (x, x.exp())), Apply(sum)]


def fail(x: Tensor) -> Tensor:
    raise LookupError("from the network, half-way")


def kinds_of_networks(d: int) -> dict[str, nn.Module]:
    """Return networks that keep the width `d`, by when they come."""
    return {
        "for a network with a hook": Hooked(d, d),
        "for a network in eval mode": Hooked(d, d).eval(),
        "for a network with frozen parameters": Hooked(d, d).requires_grad_(False),
        "for a network without parameters": nn.Tanh(),
        "for a network of networks": nn.Sequential(Hooked(d, d), nn.Sequential()),
        "for a network of length 0": nn.Sequential(),
        "for a network that looks at other axes": nn.Softmax(0),
        "for a network that changes the dtype": Apply(Tensor.double),
        "when a network raises an exception": Apply(fail),
    }


RULES = {
    "for a network without parameters": "every module is registered, whatever it holds",
    "for a network of length 0": "an empty container counts as false, and is a module",
    "for a network of networks": "each network itself runs, an nn.Sequential as well",
    "for a network that looks at other axes": "it runs on x, with all its axes",
    "for a network that changes the dtype": "the result has the dtype of the outputs",
}


def use_networks(
    ex: Any, symbol: str, nets: list[nn.Module], x: Tensor, *widths: int
) -> dict[str, Any]:
    """Make a module of networks, run it, and return what became of them."""
    runs: list[int] = []
    for i, net in enumerate(nets):  # before, since it may have hooks behind
        net.register_forward_pre_hook(lambda *_, i=i: runs.append(i))
    rest = iter(nets)
    made = (
        ex.chain(lambda: next(rest), len(nets))
        if symbol == "chain"
        else getattr(ex, symbol)(*nets, *widths)
    )
    before, result = x.clone(), made(x)
    held = {id(module) for module in made.modules()}
    return {
        "result": result,
        "x stays": before.equal(x),
        "times that each runs": [runs.count(i) for i in range(len(nets))],
        "used itself": [id(net) in held for net in nets],
        "parameters": forms(list(made.parameters())),
        "training": [[m.training for m in net.modules()] for net in nets],
        "trainable": [[p.requires_grad for p in net.parameters()] for net in nets],
    }


def expect_used(
    sweep: Any,
    symbol: str,
    d: int,
    place: Callable[[nn.Module, nn.Module], list[nn.Module]],
    more: dict[str, list[nn.Module]],
    *widths: int,
    slips: dict[str, Callable[[dict[str, Any]], bool]] | None = None,
    because: dict[str, str] | None = None,
) -> None:
    """Expect that networks of width `d` are used as they are.

    `place` takes a network of each kind, and another one; `more` are further cases.
    """
    both = zip(kinds_of_networks(d).items(), kinds_of_networks(d).values(), strict=True)
    cases = {when: place(net, twin) for (when, net), twin in both} | more
    x = torch.randn(2, 3, d)
    sweep.cases(
        use_networks,
        {when: (symbol, nets, x, *widths) for when, nets in cases.items()},
        call=say("{symbol}(…)(x), and the modules that it is made of", symbol=symbol),
        slips=(slips or {})
        | {
            "what a plain list, tuple or dict holds is invisible to nn.Module": (
                lambda seen: not any(seen["used itself"]) and not seen["parameters"]
            ),
            "a copy is another module: use the one that is given": (
                lambda seen: not all(seen["used itself"])
            ),
            "call each module, net(x): net.forward(x) passes by its hooks": (
                lambda seen: not all(seen["times that each runs"])
            ),
            "each module runs once": (
                lambda seen: any(n > 1 for n in seen["times that each runs"])
            ),
        },
        because=RULES | (because or {}),
        raises=(LookupError,),
    )
