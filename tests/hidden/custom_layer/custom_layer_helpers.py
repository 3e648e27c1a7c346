"""Sizes to draw from, scenarios that several exercises share, and random starts."""

from typing import Any

import torch
from torch import Tensor

from grader.observe import Module, expect_close, expect_true, expect_unchanged, say
from grader.observe.expect import Slips
from grader.observe.playing import Observe
from grader.words import Words

DISTINCT = range(2, 12)  # drawn from without repeats, so that no shape is square
LAYERS = 200


def call_and_pull_back(
    ex: Any, make: Any, init: list[Any], upstream: Tensor | None, *args: Any
) -> tuple[Tensor, Tensor | None, Tensor]:
    """Scenario: return the result, the gradient of sum(upstream * result) in the
    argument, and the argument as it is after the call.
    """
    x = args[0].requires_grad_(upstream is not None)
    given = x.clone()
    y = make(ex, *init)(given, *args[1:])
    after = given.detach().clone()
    return y, None if upstream is None else gradient_of(y, x, upstream), after


def call_once(
    observe: Observe,
    make: Any,
    init: list[Any],
    *args: Any,
    call: Words,
    upstream: Tensor | None = None,
) -> tuple[Tensor, Tensor | None]:
    """Return the result of a call that leaves its argument alone, and a gradient."""
    y, gradient, after = observe(
        call_and_pull_back, make, init, upstream, *args, call=call
    )
    fault = say("{symbol} changes the caller's tensor.", symbol=make.name)
    expect_unchanged(after, args[0], fault)
    return y, gradient


def expect_near(got: Any, expected: Tensor, fault: Words, **more: Any) -> None:
    """Expect a tensor up to what float32 loses in a few sums."""
    expect_close(got, expected, fault, rtol=1e-4, atol=1e-4, **more)


def expect_gradient(
    got: Any, expected: Tensor, fault: Words, slips: Slips | None = None
) -> None:
    """Expect a gradient, that is none where the result is cut off."""
    cut = {
        "detach(), `.data` or item() cuts it off: no gradient arrives": lambda g: (
            g is None
        )
    }
    expect_near(got, expected, fault, slips={**cut, **(slips or {})})


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


def start(ex: Any, make: Any, init: list[Any], name: str) -> Tensor:
    """Scenario: return what a parameter starts with, in many layers."""
    starts = [getattr(make(ex, *init), name).detach() for _ in range(LAYERS)]
    return torch.stack(starts)


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


def expect_drawn(
    starts: Tensor,
    what: str,
    cause: str = "what starts with equal values learns the same",
) -> None:
    """Expect every entry to be drawn on its own, in every layer."""
    shape = starts.shape[1:]
    entries = starts.flatten(1).double().T
    fixed = int((entries.std(1) == 0).sum())
    expect_true(
        not fixed,
        say("{what} does not start at random values.", what=what),
        expected="other values in every layer",
        got=say("{fixed} of {n} entries the same", fixed=fixed, n=len(entries)),
        cause=cause,
    )
    tied = torch.stack([ties(entries), ties(entries.abs())]).amax(0)
    one, other = (place(i, shape) for i in divmod(int(tied.argmax()), len(entries)))
    mirrored = len(shape) == 3 and one == (other[1], other[0], other[2])
    expect_true(
        bool(tied.max() < 0.4),  # more than five standard deviations
        say("The entries of {what} are not drawn each on its own.", what=what),
        expected="entries that say nothing of each other",
        got=say("entry {one} goes with entry {other}", one=one, other=other),
        cause="it starts symmetric in i and j" if mirrored else None,
    )


def ties(entries: Tensor) -> Tensor:
    """Return how closely any two rows go together; a constant one with none."""
    return torch.corrcoef(entries).abs().fill_diagonal_(0).nan_to_num()


def place(index: int, shape: torch.Size) -> tuple[int, ...]:
    return tuple(int(i) for i in torch.unravel_index(torch.tensor(index), shape))
