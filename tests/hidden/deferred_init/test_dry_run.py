"""dry_run gives shapes to placeholders and leaves no other trace, even if it fails."""

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
    start_of,
    tensors_of,
    values_of,
)

pytestmark = pytest.mark.exercise("deferred_init.dry_run")


class Noise(nn.Module):
    """A layer that draws in eval mode, too, and notes in what mode it runs."""

    def __init__(self) -> None:
        super().__init__()
        self.mode: bool | None = None

    def forward(self, x: Tensor) -> Tensor:
        self.mode = self.training
        return x + torch.rand_like(x)


class AboveMean(nn.Module):
    """A layer whose output has a shape that depends on values."""

    def forward(self, x: Tensor) -> Tensor:
        return x[x > x.mean()]


def lazy_stack(*widths: int) -> nn.Module:
    """Return a network in which one row is too little for training mode."""
    first, last = nn.LazyLinear(widths[0]), nn.LazyLinear(widths[1])
    return nn.Sequential(first, nn.LazyBatchNorm1d(), nn.ReLU(), nn.Dropout(), last)


def all_that_can_change(inner: int, width: int) -> nn.Module:
    """Return batch norm with a gradient, frozen parts, layers that draw, hooks."""
    norm, late = nn.BatchNorm1d(inner), nn.BatchNorm1d(inner)
    norm(torch.arange(4.0 * inner).reshape(4, inner))
    norm.weight.grad = torch.arange(inner) + 1.0
    late.eval().bias.requires_grad_(requires_grad=False)
    net = nn.Sequential(Noise(), norm, Noise(), late, nn.LazyLinear(width))
    net[0].register_forward_hook(lambda *_: None)
    net.register_forward_pre_hook(lambda *_: None)
    return net


def three_levels(inner: int, *in_eval: str, last: nn.Module) -> nn.Module:
    """Return batch norm at three levels, one of them twice, some in eval mode."""
    twice = nn.BatchNorm1d(inner)
    deep = nn.Sequential(twice, nn.Sequential(nn.BatchNorm1d(inner)))
    net = nn.Sequential(deep, nn.LazyLinear(inner), nn.Sequential(twice), last)
    for name in in_eval:
        net.get_submodule(name).training = False
    return net


def flags_after(ex: Any, build: Build, x: Tensor) -> Seen:
    net = build()
    try:
        ex.dry_run(net, x)
    except (OwnError, KeyboardInterrupt) as error:
        return {"raised": type(error).__name__, **flags_of(net)}
    return {"placeholders": sum(map(is_lazy, net.parameters())), **flags_of(net)}


def traces_of(ex: Any, build: Build, xs: list[Tensor], grad: bool = True) -> Seen:
    """Return a shape, what is to see then, and another network's new parameters."""
    net, other = build(), build()
    before = tensors_of(net)
    fresh = [n for n, t in look(net).items() if t is None and "running" not in n]
    torch.rand(3)
    state = torch.get_rng_state()
    kept = [x.detach().clone() for x in xs]
    with torch.set_grad_enabled(grad):
        shape = ex.dry_run(net, *xs)
        grad_after = torch.is_grad_enabled()
    seen, same = look(net), torch.equal(torch.get_rng_state(), state)
    torch.rand(3)
    ex.dry_run(other, *xs)
    return {
        "shape": shape,
        **seen,
        "others": {n: t for n, t in values_of(other).items() if n in fresh},
        "random numbers kept": same,
        "inputs kept": [torch.equal(x, old) for x, old in zip(xs, kept, strict=True)],
        "gradients of inputs": [x.grad for x in xs],
        "gradients are on": grad_after,
        "runs in training mode": [m.mode for m in net.modules() if type(m) is Noise],
        "trainable": [is_lazy(p) or not p.is_inference() for p in net.parameters()],
        "the same objects": [t is before[name] for name, t in tensors_of(net).items()],
    }


def what_holds(seen: Seen) -> Seen:
    """Return the same, but of new parameters what is no chance."""
    drawn = {n: t for n, t in seen["others"].items() if seen[n] is not None}
    seen["as in another"] = [n for n, t in drawn.items() if t.equal(seen[n])]
    widths = {n: seen[n.replace("bias", "weight")].shape[-1] for n in drawn}
    starts = {n: start_of(seen[n], width) for n, width in widths.items()}
    return {**seen, **starts, "others": list(drawn)}


CAUSES = {
    "more than 1 value per channel": "in training mode, batch norm needs more than one "
    "row: net.eval() first",
    "uninitialized parameter": "net.forward(…) skips the hooks that make the "
    "parameters: call net(…)",
    "missing 1 required positional": "call net(*inputs), with the star, so that each "
    "input is an argument of its own",
}


@pytest.mark.weight(3)
def test_dry_run_gives_shapes_and_values_and_leaves_no_other_trace(sweep, rng):
    d, *widths = rng.sample(DISTINCT, 3)
    x = 3 + torch.randn(5, d)
    cases: dict[str, tuple[Any, ...]] = {
        "": (lambda: all_that_can_change(d, widths[0]), [x]),
        "where the input asks for a gradient": (
            lambda: norm_before_lazy(d, widths[0]),
            [x.clone().requires_grad_()],
        ),
        "for two inputs": (lambda: Join(*widths), [x, x[:, 1:]]),
        "for a single row": (lambda: lazy_stack(*widths), [x[:1]]),
        "for an empty batch": (lambda: lazy_stack(*widths), [x[:0]]),
        "for more axes": (lambda: nn.LazyLinear(d), [torch.randn(2, 1, 3, d)]),
        "for integers": (
            lambda: nn.Sequential(nn.Embedding(9, d), nn.LazyLinear(d)),
            [torch.arange(3)],
        ),
        "for a network without inputs and an output without axes": (Constant, []),
        "where nothing is lazy": (lambda: nn.Linear(d, widths[0]), [x]),
        "in float64": (lambda: norm_before_lazy(d, d).double(), [x.double()]),
        "where all is in eval mode": (lambda: norm_before_lazy(d, d).eval(), [x]),
        "under torch.no_grad()": (lambda: lazy_stack(*widths), [x], False),
        "where the shape depends on values": (
            lambda: nn.Sequential(AboveMean(), nn.LazyLinear(d)),
            [x],
        ),
    }

    sweep.cases(
        traces_of,
        cases,
        reads=what_holds,
        call="dry_run(net, …), then all that there is to see of net",
        fault="dry_run does not give shapes and initial values, or leaves a trace.",
        slips={
            "placeholders are left: the network that you were given was not called": (
                lambda seen: seen["4.weight"] is None
            ),
            "the shape is a tuple": lambda seen: type(seen["shape"]) is not tuple,
            "this is the shape of the input": lambda seen: seen["shape"] == x.shape,
            "the first call of the network initializes, too; materialize() alone does "
            "not": lambda seen: not seen["4.weight"]["random"],
            "a seed of its own gives the same numbers each time": (
                lambda seen: seen["random numbers kept"] and seen["as in another"]
            ),
            "in training mode, batch norm updates its running statistics: net.eval()": (
                lambda seen: True in seen["runs in training mode"]
            ),
            "what inference_mode() makes can never be trained: use no_grad()": (
                lambda seen: not all(seen["trainable"])
            ),
            "the placeholder itself becomes the parameter: put no new one there": (
                lambda seen: not all(seen["the same objects"])
            ),
            "zero_grad() drops gradients that were there before": (
                lambda seen: seen["1.weight.grad"] is None
            ),
            "backward() leaves gradients, and no gradient is asked for": (
                lambda seen: seen["1.bias.grad"] is not None
            ),
            "what the caller froze stays frozen": (
                lambda seen: seen["3.bias.requires_grad"]
            ),
            "initial values and dropout draw numbers: torch.random.fork_rng() gives "
            "back the state, a seed does not": (
                lambda seen: not seen["random numbers kept"]
            ),
        },
        because={
            "where the shape depends on values": "the shape is that of net(*inputs), "
            "not of other inputs",
            "under torch.no_grad()": "set_grad_enabled(True) switches on what was off: "
            "`with torch.no_grad():` gives back what was",
        },
        causes=CAUSES,
    )


@pytest.mark.weight(2)
def test_dry_run_keeps_each_training_flag(sweep, rng):
    d = rng.choice(DISTINCT)
    some = {
        "where only a layer deep inside is in eval mode": ["0.1.0"],
        "where a block is in eval mode": ["0", "0.0", "0.1", "0.1.0"],
        "where the network is in eval mode, and its layers are not": ["", "0"],
        "where a layer lies in two blocks, one of them in eval mode": ["2"],
    }
    raises = {
        "where the network raises an exception, which the caller gets": OwnError,
        "where Ctrl+C stops the network": KeyboardInterrupt,
    }

    def build(names: list[str], last: nn.Module) -> tuple[Build, Tensor]:
        return lambda: three_levels(d, *names, last=last), torch.ones(5, d)

    sweep.cases(
        flags_after,
        {
            **{when: build(names, nn.Identity()) for when, names in some.items()},
            **{when: build(["0.0"], Refuses(error)) for when, error in raises.items()},
        },
        call="dry_run(net, x), then the training flag of each module",
        fault="dry_run changes the training flags.",
        slips={
            "net.eval() reaches every module: give each the flag that it had": (
                lambda seen: not any(flag is True for flag in seen.values())
            ),
            "net.train(flag) reaches every module: give each the flag that it had": (
                lambda seen: not any(flag is False for flag in seen.values())
            ),
        },
        because={
            **dict.fromkeys(some, "give each module the flag that it had"),
            **dict.fromkeys(
                raises, "the flags come back in a finally, and the exception goes on"
            ),
        },
        causes=CAUSES,
    )
