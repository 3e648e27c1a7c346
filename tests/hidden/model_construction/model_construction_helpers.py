"""Sizes to draw from, what parameters tell, and what becomes of networks passed in."""

from collections.abc import Callable
from typing import Any

from torch import Tensor, nn

from grader.observe import CALLS, LAYOUTS, MODULES, SHAPES, say

DISTINCT = range(2, 12)  # drawn from without repeats, so that no shape is square
STATES = "plain", "other", *SHAPES, *LAYOUTS, "no_grad", "inference", *CALLS, *MODULES
"""What a module meets whose parameters are float32."""


def forms(tensors: list[Tensor]) -> list[str]:
    """Return dtype and shape of each tensor, in order, whatever `sorted` has become."""
    found = [f"{t.dtype} {tuple(t.shape)}"[len("torch.") :] for t in tensors]
    found.sort()
    return found


def layer_of(parameters: list[Tensor], x: Tensor, out_features: int) -> Tensor | None:
    """Apply the one weight and bias that lead from x's width to `out_features`."""
    weights = [p for p in parameters if p.shape == (out_features, x.shape[-1])]
    biases = [p for p in parameters if p.shape == (out_features,)]
    if len(weights) != 1 or len(biases) != 1:
        return None
    return nn.functional.linear(x, weights[0], biases[0])


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


def fail(x: Tensor) -> Tensor:
    raise LookupError("from the network, half-way")


def frozen(net: nn.Module) -> nn.Module:
    return net.requires_grad_(False)


def in_eval(net: nn.Module) -> nn.Module:
    return net.eval()


def use_networks(
    ex: Any, symbol: str, nets: list[nn.Module], x: Tensor, *widths: int
) -> dict[str, Any]:
    """Make a module of networks, run it, and return what became of them."""
    runs: list[int] = []
    for i, net in enumerate(nets):  # before, since it may have hooks behind
        net.register_forward_pre_hook(lambda *_, i=i: runs.append(i))
    made = getattr(ex, symbol)(*nets, *widths)
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
    cases: dict[str, list[nn.Module]],
    x: Tensor,
    *widths: int,
    because: dict[str, str] | None = None,
) -> None:
    """Expect that networks are used as they are; the first case has hooks."""
    sweep.cases(
        use_networks,
        {when: (symbol, nets, x, *widths) for when, nets in cases.items()},
        call=say("{symbol}(…)(x), and the modules that it is made of", symbol=symbol),
        slips={
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
        because=because,
        raises=(LookupError,),
    )
