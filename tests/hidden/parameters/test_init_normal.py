"""init_normal draws the weights of all linear layers and touches nothing else."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import draw_name, expect_equal, expect_true, say
from parameters_helpers import DISTINCT, expect_state_of, kinds_of_nets

pytestmark = pytest.mark.exercise("parameters.init_normal")


class Gain(nn.Linear):
    """A subclass of Linear with parameters and a buffer more."""

    def __init__(self, a: int, b: int):
        super().__init__(a, b)
        self.gain = nn.Parameter(torch.randn(b, a))
        self.shift = nn.Parameter(torch.randn(b))
        self.register_buffer("mask", torch.ones(b, a))


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


def init_twice(
    ex: Any, net: nn.Module, std: dict[str, float]
) -> list[dict[str, Tensor]]:
    states = []
    for _ in range(2):
        ex.init_normal(net, **std)
        states.append({name: t.clone() for name, t in net.state_dict().items()})
    return states


@pytest.mark.weight(2)
def test_init_normal_reaches_every_linear_layer_in_place(sweep, rng):
    a, b = rng.sample(DISTINCT, 2)
    deep = nn.Sequential(nn.Linear(a, b), nn.Sequential(nn.Tanh(), nn.Linear(b, a)))
    bad, across, frozen = (nn.Linear(a, b) for _ in range(3))
    frozen.weight.requires_grad_(False)
    nn.init.constant_(bad.weight, torch.nan)
    nn.init.constant_(bad.bias, torch.inf)
    across.weight = nn.Parameter(torch.randn(a, b).T)
    nets = kinds_of_nets(rng)
    del nets["on the meta device"]

    sweep.cases(
        what_becomes_of,
        {
            "": (deep,),
            "for float64": (nn.Linear(a, b).double(),),
            "where a weight is frozen": (frozen,),
            "for float16": (nn.Linear(a, b).half(),),
            "over NaN and infinity": (bad,),
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
            "mine": Gain(a, b),
            "attention": nn.MultiheadAttention(8, 2),
            "batchnorm": nn.BatchNorm1d(b),
            "embedding": nn.Embedding(a, b),
            "conv": nn.Conv1d(a, b, 3),
            "other": NotLinear(a, b),
            "bilinear": nn.Bilinear(a, b, 2),
            "lstm": nn.LSTM(a, b),
            (name := draw_name(rng)): nn.Linear(a, b),
        }
    )
    nn.init.normal_(net["batchnorm"].weight)
    nn.init.normal_(net["batchnorm"].bias)
    layers = "linear.", "mine.", "attention.out_proj.", f"{name}."
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
@pytest.mark.parametrize("default", [True, False], ids=["default", "given"])
def test_init_normal_draws_afresh_from_the_normal_distribution(observe, rng, default):
    std = 0.01 if default else round(rng.uniform(0.1, 0.4), 2)
    inner, out = rng.randint(380, 420), rng.randint(280, 320)
    net = nn.Sequential(nn.Linear(inner, out), nn.Sequential(nn.Linear(inner, out)))

    first, second = observe(
        init_twice,
        net,
        {} if default else {"std": std},
        call=say(
            "twice init_normal(net{std}), net with Linear({a}, {b}) at two depths",
            a=inner,
            b=out,
            std="" if default else f", std={std}",
        ),
    )

    expect_state_of(first, net)
    expect_state_of(second, net)
    weights = [first["0.weight"], first["1.0.weight"], second["0.weight"]]
    for w in weights:
        expect_normal(w.double(), std)
    expect_true(
        all(not torch.equal(weights[0], w) for w in weights[1:]),
        "The weights are not drawn afresh.",
        expected="other values in every layer and at every call",
        got="the same",
        cause="a seed set inside the function repeats the same numbers"
        if torch.equal(weights[0], weights[2])
        else None,
    )
    expect_equal(first["0.bias"], torch.zeros(out), "The bias of a Linear is not 0.")


def expect_normal(w: Tensor, std: float) -> None:
    n, spread = w.numel(), w.std().item()
    wrong = {
        "std is the standard deviation, not the variance: do not square it": std**2,
        "uniform_(-std, std) is another distribution: use normal_": std / 3**0.5,
    }
    causes = (c for c, value in wrong.items() if abs(spread / value - 1) < 0.05)
    expect_true(
        abs(spread - std) < 6 * std / (2 * n) ** 0.5,
        "The weights do not have the standard deviation `std`.",
        expected=say("about {std}", std=std),
        got=say("{spread:.3g}", spread=spread),
        cause=next(causes, None),
    )
    expect_true(
        abs(w.mean().item()) < 6 * std / n**0.5,
        "The mean of the weights is not 0.",
        expected="about 0",
        got=say("{mean:.3g}", mean=w.mean().item()),
    )
    kurtosis = (w / spread).pow(4).mean().item()
    expect_true(
        abs(kurtosis - 3) < 0.1,
        "The weights are not from a normal distribution.",
        expected="a fourth moment of about 3 std⁴",
        got=say("{kurtosis:.3g} std⁴", kurtosis=kurtosis),
        cause="a uniform distribution has 1.8" if kurtosis < 2 else None,
    )
    expect_true(
        w.unique().numel() > 0.9 * n,
        "The weights are not drawn each on its own.",
        expected="about as many values as entries",
        got=say("{n} values of {of} entries", n=w.unique().numel(), of=n),
    )
