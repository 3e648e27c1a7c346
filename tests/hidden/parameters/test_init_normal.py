"""init_normal draws the weights of all linear layers and touches nothing else."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import draw_name
from parameters_helpers import BARE, DISTINCT, kinds_of_nets

pytestmark = pytest.mark.exercise("parameters.init_normal")


class Gain(nn.Linear):
    """A subclass of Linear with parameters and a buffer more."""

    def __init__(self, a: int, b: int):
        super().__init__(a, b)
        self.gain = nn.Parameter(torch.randn(b, a))
        self.shift = nn.Parameter(torch.randn(b))
        self.register_buffer("mask", torch.ones(b, a))
        self.inner = nn.Linear(b, a)


class NotLinear(nn.Module):
    """A module with all that a Linear has, but not a Linear."""

    def __init__(self, a: int, b: int):
        super().__init__()
        self.in_features, self.out_features = a, b
        self.weight = nn.Parameter(torch.randn(b, a))
        self.bias = nn.Parameter(torch.randn(b))


def what_becomes_of(ex: Any, net: nn.Module, std: float = 0.5) -> Any:
    """Return of each parameter and buffer whether it is drawn, zero, or as it was."""
    held = dict(net.named_parameters())
    for p in held.values():
        p.grad = torch.ones_like(p)
    before = {name: t.clone() for name, t in net.state_dict().items()}
    flags = [p.requires_grad for p in held.values()]
    modes = [module.training for module in net.modules()]
    ex.init_normal(net, std)
    now = dict(net.named_parameters())
    return {
        **{name: fate(before[name], t) for name, t in net.state_dict().items()},
        "other objects": [name for name in held if now[name] is not held[name]],
        "other flags": [p.requires_grad for p in now.values()] != flags,
        "other gradients": any((p.grad != 1).any() for p in held.values()),
        "other modes": [module.training for module in net.modules()] != modes,
    }


def fate(before: Tensor, after: Tensor) -> str:
    if before.shape != after.shape or before.dtype != after.dtype:
        return "of another dtype or shape"
    if torch.equal(before, after):
        return "as it was"
    if not after.isfinite().all():
        return "not finite"
    return "drawn" if after.any() else "zero"


def draw_twice(ex: Any, net: nn.Module, std: dict[str, float]) -> Any:
    """Return the weights of two layers at two calls, in units of std, and a bias."""
    drawn = []
    for _ in range(2):
        ex.init_normal(net, **std)
        drawn += [net[0].weight.detach().clone(), net[1][0].weight.detach().clone()]
    return [torch.stack(drawn).double() / std.get("std", 0.01), net[0].bias.detach()]


def what_holds(found: list[Tensor]) -> dict[str, Any]:
    """Return what holds for the weights of two layers at two calls."""
    w, bias = found
    together, n = w.flatten(0, 1), w[0].numel()
    spread = w.std((1, 2), keepdim=True)
    return {
        "mean": w.mean((1, 2)),
        "spread": spread.flatten(),
        "fourth moment": (w / spread).pow(4).mean((1, 2)) / 4,
        "many values": [bool(v.unique().numel() > 0.9 * n) for v in w[:2]],
        "other values": not any(torch.equal(w[0], v) for v in w[1:]),
        "independent": bool(
            torch.linalg.eigvalsh(together.T @ together)[-1]
            < 1.2 * sum(size**0.5 for size in together.shape) ** 2
        ),
        "bias": bias,
    }


@pytest.mark.weight(2)
def test_init_normal_reaches_every_linear_layer_in_place(sweep, rng):
    a, b = rng.sample(DISTINCT, 2)
    deep = nn.Sequential(nn.Linear(a, b), nn.Sequential(nn.Tanh(), nn.Linear(b, a)))
    bad, across, frozen, zeros = (nn.Linear(a, b) for _ in range(4))
    nn.init.zeros_(zeros.weight)
    frozen.weight.requires_grad_(False)
    nn.init.constant_(bad.weight, torch.nan)
    nn.init.constant_(bad.bias, torch.inf)
    across.weight = nn.Parameter(torch.randn(a, b).T)
    nets = kinds_of_nets(rng) | BARE

    sweep.cases(
        what_becomes_of,
        {
            "": (deep,),
            "for float64": (nn.Linear(a, b).double(),),
            "where a weight is frozen": (frozen,),
            "for float16": (nn.Linear(a, b).half(),),
            "over NaN and infinity": (bad,),
            "over zeros": (zeros,),
            "for a transposed weight": (across,),
            "for a Linear of 0 inputs": (nn.Linear(0, 3),),
            "for a standard deviation of 0": (nn.Linear(a, b), 0.0),
            "for layers without bias": (nn.Linear(a, b, bias=False),),
        }
        | {when: (net,) for when, net in nets.items()},
        call="init_normal(Sequential(Linear, Sequential(Tanh, Linear)), 0.5)",
        fault="init_normal does not draw all weights and zero all biases in place.",
        slips={
            "a new nn.Parameter is unknown to the optimizer made before: draw in place "
            "with nn.init": lambda seen: bool(seen["other objects"]),
            "the biases are left as they were": (
                lambda seen: (
                    seen["1.1.weight"] == "drawn" and seen["1.1.bias"] == "as it was"
                )
            ),
            "children() sees the next level only; modules() sees all, the net itself "
            "too": lambda seen: (
                seen["1.1.weight"] == "as it was" and seen["0.weight"] == "drawn"
            ),
        },
        because={
            "for float64": "`.data = …` takes the new tensor's dtype: draw in place",
            "where a weight is frozen": "it is drawn too, and stays frozen",
            "for a standard deviation of 0": "trunc_normal_ divides by it: use normal_",
            "for layers without bias": "their bias is None",
            "for a single layer": "modules() sees the net itself too",
        },
    )


def test_init_normal_reaches_subclasses_and_leaves_all_else_alone(sweep, rng):
    a, b = rng.sample(DISTINCT, 2)
    net = nn.ModuleDict(
        {
            "linear": nn.Linear(a, b),
            draw_name(rng): nn.PReLU(),
            "mine": Gain(a, b),
            "attention": nn.MultiheadAttention(8, 2),
            "batchnorm": nn.BatchNorm1d(b),
            "embedding": nn.Embedding(a, b),
            "conv": nn.Conv1d(a, b, 3),
            "other": NotLinear(a, b),
            "bilinear": nn.Bilinear(a, b, 2),
            "lstm": nn.LSTM(a, b),
        }
    )
    nn.init.normal_(net["batchnorm"].weight)
    nn.init.normal_(net["batchnorm"].bias)
    layers = "linear.", "mine.", "attention.out_proj.", "mine.inner."
    own = [layer + name for layer in layers for name in ("weight", "bias")]

    def changed(seen: Any) -> list[str]:
        return [k for k in net.state_dict() if seen[k] != "as it was" and k not in own]

    sweep.cases(
        what_becomes_of,
        {"": (net,)},
        call="init_normal(net, 0.5), net with all kinds of layers, and subclasses of "
        "nn.Linear",
        fault="init_normal does not change just the weights and biases of Linear.",
        slips={
            "a subclass of Linear may have parameters of its own": (
                lambda seen: (
                    changed(seen) and all(k.startswith("mine.") for k in changed(seen))
                )
            ),
            "a weight or in_features alone does not make a layer a Linear": (
                lambda seen: bool(changed(seen))
            ),
            "type(m) == nn.Linear leaves out subclasses: isinstance(m, nn.Linear)": (
                lambda seen: (
                    seen["linear.weight"] == "drawn"
                    and "as it was" in (seen["mine.weight"], seen[own[4]])
                )
            ),
        },
    )


@pytest.mark.weight(2)
def test_init_normal_draws_afresh_from_the_normal_distribution(sweep, rng):
    net = nn.Sequential(nn.Linear(200, 150), nn.Sequential(nn.Linear(200, 150)))
    wide = "for a large standard deviation"

    sweep.cases(
        draw_twice,
        {"": (net, {}), wide: (net, {"std": round(rng.uniform(2.0, 4.0), 2)})},
        reads=what_holds,
        call="twice init_normal(net), net with Linear(200, 150) at two depths",
        fault="The weights are not drawn afresh from this normal distribution.",
        slips={
            "a seed set inside the function repeats the same numbers": (
                lambda seen: not seen["other values"]
            ),
            "std is the standard deviation, not the variance: do not square it": (
                lambda seen: bool((seen["spread"] < 0.02).all())
            ),
            "uniform_ is another distribution: use normal_": (
                lambda seen: bool((seen["fourth moment"] < 0.5).all())
            ),
            "each weight is drawn on its own, in full precision": (
                lambda seen: not all(seen["many values"])
            ),
            "numbers that were drawn are used again": (
                lambda seen: not seen["independent"]
            ),
        },
        because={wide: "std is the standard deviation, and nothing is cut off"},
        tolerance=(0.0, 0.05),
    )
