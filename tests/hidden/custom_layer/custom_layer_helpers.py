"""Sizes to draw from, scenarios that several exercises share, and random starts."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from grader.observe import Module, expect_true, say
from grader.observe.expect import Slips, fits
from grader.observe.playing import Observe
from grader.observe.sweep import CUT_OFF, Cases
from grader.words import Words

DISTINCT = range(2, 12)  # drawn from without repeats, so that no shape is square


class Loaded(Module):
    """Makes a layer with a state, and of the dtype of that."""

    def __init__(self, name: str, **state: Tensor) -> None:
        super().__init__(name)
        self.state = state

    def __call__(self, ex: Any, *sizes: Any) -> Any:
        dtype = next(iter(self.state.values())).dtype
        layer = getattr(ex, self.name)(*sizes).to(dtype)
        layer.load_state_dict(self.state)
        return layer


def call_and_pull_back(
    ex: Any, make: Any, init: list[Any], upstream: Tensor | None, *args: Any
) -> dict[str, Tensor | None]:
    """Scenario: return the result, the gradient of sum(upstream * result) in the
    argument, and the argument as it is after the call.
    """
    x = args[0].requires_grad_(upstream is not None)
    given = x.clone()
    y = make(ex, *init)(given, *args[1:])
    after = given.detach().clone()
    gradient = None if upstream is None else gradient_of(y, x, upstream)
    return {"result": y, "gradient": gradient, "argument": after}


def gives(part: str, sign: Any) -> Callable[[dict[str, Any]], bool]:
    """Return evidence that a part of what is seen is, or does, this."""
    return lambda seen: fits(seen[part], sign)


def sweep_call(
    sweep: Any,
    case: tuple[Any, ...],
    slips: Slips,
    slopes: Slips | None = None,
    others: Cases | None = None,
    **told: Words,
) -> None:
    """Expect a call's result and gradient, and the caller's tensor to stay as it is.

    Slips come with what they make of the result, slopes of the gradient; then, cases
    that need no slips.
    """
    _, _, upstream, x, *_ = case
    sweep.cases(
        call_and_pull_back,
        {"": case, **(others or {})},
        slips={
            "an operation in place changes the caller's tensor": (
                lambda seen: not torch.equal(seen["argument"], x)
            ),
            CUT_OFF: lambda seen: upstream is not None and seen["gradient"] is None,
        }
        | {why: gives("result", sign) for why, sign in slips.items()}
        | {why: gives("gradient", sign) for why, sign in (slopes or {}).items()},
        tolerance=(1e-4, 1e-4),
        **told,
    )


def pull_back_first(
    ex: Any, make: Any, upstream: Tensor, *calls: tuple[Any, ...]
) -> Tensor | None:
    """Scenario: call it several times, return the gradient of the first result.

    An upstream gradient of one entry stands for all, in memory as well.
    """
    apply, x = make(ex), calls[0][0].requires_grad_()
    results = [apply(*args) for args in calls]
    return gradient_of(results[0], x, upstream.expand(results[0].shape))


def sweep_widths(sweep: Any, name: str, n: int) -> None:
    """Expect a layer to be right where its two sizes are 1, and where they are n."""
    for sizes in ((1, 1), (n, n)):
        sweep(
            Module(name),
            *sizes,
            inputs=lambda *lead, size=sizes[0]: (torch.randn(*lead, size),),
            columns=("plain", "single", "vector"),
            call=say("{name}{sizes}(x)", name=name, sizes=sizes),
        )


def in_turn(ex: Any, make: Any, init: list[Any], *inputs: Tensor) -> list[Tensor]:
    """Scenario: return what one layer gives for one input after the other."""
    layer = make(ex, *init)
    return [layer(x) for x in inputs]


def gradients_of(
    y: Tensor, leaves: list[Tensor], upstream: Tensor
) -> list[Tensor | None]:
    """Return the gradients of sum(upstream * y), None where no way leads."""
    if not y.requires_grad:
        return [None for _ in leaves]
    return list(torch.autograd.grad(y, leaves, upstream, allow_unused=True))


def gradient_of(y: Tensor, x: Tensor, upstream: Tensor) -> Tensor | None:
    return gradients_of(y, [x], upstream)[0]


def hidden_on_ctx(y: Tensor, size: int) -> int:
    """Return how many tensors of a size the graph of `y` holds as attributes."""
    nodes, found = [y.grad_fn], 0
    while nodes:
        node = nodes.pop()
        if node is not None:
            held = list(getattr(node, "__dict__", {}).values())
            parts = [
                p for h in held for p in (h if isinstance(h, list | tuple) else [h])
            ]
            found += sum(isinstance(p, Tensor) and p.numel() == size for p in parts)
            nodes += [before for before, _ in node.next_functions]
    return found


def same(a: Tensor, b: Tensor) -> bool:
    wide = torch.complex128
    return a.shape == b.shape and torch.allclose(a.to(wide), b.to(wide), 1e-4, 1e-4)


def start(ex: Any, name: str, init: list[Any], part: str) -> Tensor:
    """Scenario: return what a parameter starts with, in many layers."""
    layers = [getattr(ex, name)(*init) for _ in range(200)]
    return torch.stack([getattr(layer, part).detach() for layer in layers])


def expect_drawn(
    observe: Observe,
    name: str,
    init: list[Any],
    part: str,
    call: Words,
    cause: str = "what starts with equal values learns the same",
) -> None:
    """Expect every entry of a parameter to be drawn on its own, in every layer."""
    starts = observe(start, name, init, part, call=call)
    which = {"name": name, "part": part}
    shape = starts.shape[1:]
    entries = starts.flatten(1).double().T
    fixed = int((entries.std(1) == 0).sum())
    expect_true(
        not fixed,
        say("{name}.{part} does not start at random values.", **which),
        expected="other values in every layer",
        got=say("{fixed} of {n} entries the same", fixed=fixed, n=len(entries)),
        cause="the same numbers come from a fixed seed, or from no draw"
        if len(entries.unique()) > 1
        else cause,
    )
    tied = torch.stack([ties(entries), ties(entries.abs())]).amax(0)
    one, other = (place(i, shape) for i in divmod(int(tied.argmax()), len(entries)))
    mirrored = len(shape) == 3 and one == (other[1], other[0], other[2])
    expect_true(
        bool(tied.max() < 0.4),  # more than five standard deviations
        say("The entries of {name}.{part} are not drawn each on its own.", **which),
        expected="entries that say nothing of each other",
        got=say("entry {one} goes with entry {other}", one=one, other=other),
        cause="it starts symmetric in i and j" if mirrored else None,
    )


def ties(entries: Tensor) -> Tensor:
    """Return how closely any two rows go together; a constant one with none."""
    return torch.corrcoef(entries).abs().fill_diagonal_(0).nan_to_num()


def place(index: int, shape: torch.Size) -> tuple[int, ...]:
    return tuple(int(i) for i in torch.unravel_index(torch.tensor(index), shape))
