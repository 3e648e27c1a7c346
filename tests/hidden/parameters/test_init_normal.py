"""init_normal draws the weights of all linear layers and touches nothing else."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_equal, expect_true, say
from parameters_helpers import (
    DISTINCT,
    Gaps,
    Scaled,
    expect_state_of,
    kinds_of_nets,
    nested_net,
    tied_net,
)

pytestmark = pytest.mark.exercise("parameters.init_normal")


class Gain(nn.Linear):
    """A subclass of Linear with a parameter and a buffer more."""

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


def init_with(ex: Any, net: nn.Module, std: float | None) -> dict[str, Tensor]:
    if std is None:
        ex.init_normal(net)
    else:
        ex.init_normal(net, std=std)
    return net.state_dict()


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
        "other Parameter objects": [
            name for name in held if now[name] is not held[name]
        ],
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


def init_twice(ex: Any, net: nn.Module) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    ex.init_normal(net)
    first = {name: t.clone() for name, t in net.state_dict().items()}
    ex.init_normal(net)
    return first, net.state_dict()


IN_PLACE: dict[str, Any] = {
    "a new nn.Parameter is unknown to the optimizer made before: draw in place "
    "with nn.init": lambda seen: bool(seen["other Parameter objects"]),
    "`.data = …` takes the new tensor's dtype: draw in place": (
        lambda seen: "of another dtype or shape" in seen.values()
    ),
    "parameters that are frozen stay so": lambda seen: seen["other flags"],
}


@pytest.mark.parametrize("depth", [0, 1, 3], ids=["itself", "inside", "deep"])
def test_init_normal_reaches_every_depth(sweep, rng, depth):
    a, b, c = rng.sample(DISTINCT, 3)
    net = nn.Linear(a, b)
    for _ in range(depth):
        net = nn.Sequential(nn.Tanh(), net, nn.Linear(b, c, bias=False))
    where = {0: "the network itself", 1: "inside", 3: "three modules deep"}[depth]

    sweep.cases(
        what_becomes_of,
        {"": (net,)},
        call=say("init_normal(net, 0.5), its Linear layer {where}", where=where),
        fault="init_normal does not draw all weights and zero all biases of Linear.",
        slips={
            **IN_PLACE,
            "the biases are left as they were": (
                lambda seen: (
                    seen["1." * depth + "weight"] == "drawn"
                    and seen["1." * depth + "bias"] == "as it was"
                )
            ),
            "children() sees the next level only; modules() sees all, the net itself "
            "too": lambda seen: seen["1." * depth + "weight"] == "as it was",
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
        }
    )
    nn.init.normal_(net["batchnorm"].weight)
    nn.init.normal_(net["batchnorm"].bias)
    own = ("linear.weight", "linear.bias", "mine.weight", "mine.bias")
    own += ("attention.out_proj.weight", "attention.out_proj.bias")

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
def test_init_normal_works_in_place(sweep, rng):
    a, b = rng.sample(DISTINCT, 2)
    double = nn.Sequential(nn.Linear(a, b), nn.Linear(b, a)).double()
    double[1].weight.requires_grad_(False)
    bad = nn.Linear(a, b)
    nn.init.constant_(bad.weight, torch.nan)
    nn.init.constant_(bad.bias, torch.inf)
    across = nn.Linear(a, b)
    across.weight = nn.Parameter(torch.randn(a, b).T)
    nets = kinds_of_nets(rng)
    del nets["on the meta device"]

    sweep.cases(
        what_becomes_of,
        {
            "for float64, a weight frozen": (double,),
            "for bfloat16": (nested_net(rng).bfloat16(),),
            "for float16": (nn.Linear(a, b).half(),),
            "over NaN and infinity": (bad,),
            "for a transposed weight": (across,),
            "for a Linear of 0 inputs": (nn.Linear(0, 3),),
            "for a standard deviation of 0": (nn.Linear(a, b), 0.0),
            "for layers without bias": (nn.Linear(a, b, bias=False),),
            "for layers beside parameters": (Scaled(Gaps(nn.Linear(a, b))),),
            "where the layers are shared": (tied_net(rng),),
        }
        | {when: (net,) for when, net in nets.items()},
        call="init_normal(net, 0.5), then the parameters that were there before",
        fault="init_normal does not work in place.",
        slips=IN_PLACE,
    )


def test_init_normal_draws_every_weight_afresh(observe, rng):
    a, b = rng.sample(DISTINCT, 2)
    net = nn.Sequential(nn.Linear(a, b), nn.Linear(a, b))

    first, second = observe(
        init_twice, net, call="init_normal(net); init_normal(net) once more"
    )

    expect_state_of(first, net)
    expect_state_of(second, net)
    weights = [first["0.weight"], first["1.weight"], second["0.weight"]]
    expect_true(
        all(not torch.equal(weights[0], w) for w in weights[1:]),
        "The weights are not drawn afresh.",
        expected="other values in every layer and at every call",
        got="the same",
        cause="a seed set inside the function repeats the same numbers",
    )
    expect_equal(
        first["0.bias"], torch.zeros(b), "The bias of a Linear layer is not 0."
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("default", [True, False], ids=["default", "given"])
def test_init_normal_draws_from_the_normal_distribution(observe, rng, default):
    std = 0.01 if default else round(rng.uniform(0.1, 0.4), 2)
    net = nn.Sequential(nn.Linear(400, 300), nn.Sequential(nn.Linear(200, 400)))

    state = observe(
        init_with,
        net,
        None if default else std,
        call=say(
            "init_normal(net, std={std}), net with Linear(400, 300), Linear(200, 400)",
            std="its default" if default else std,
        ),
    )

    expect_state_of(state, net)
    for name in ("0.weight", "1.0.weight"):
        expect_normal(state[name].double(), std)


def expect_normal(w: Tensor, std: float) -> None:
    n, spread = w.numel(), w.std().item()
    cause = None
    if abs(spread - std**2) < 0.05 * std**2:
        cause = "std is the standard deviation, not the variance: do not square it"
    elif abs(spread - std**0.5) < 0.05 * std**0.5:
        cause = "std is the standard deviation, not the variance: take no root of it"
    elif abs(spread - std / 3**0.5) < 0.05 * std:
        cause = "uniform_(-std, std) is another distribution: use normal_"
    expect_true(
        abs(spread - std) < 6 * std / (2 * n) ** 0.5,
        "The weights do not have the standard deviation `std`.",
        expected=say("about {std}", std=std),
        got=say("{spread:.3g}", spread=spread),
        cause=cause,
    )
    expect_true(
        abs(w.mean().item()) < 6 * std / n**0.5,
        "The mean of the weights is not 0.",
        expected="about 0",
        got=say("{mean:.3g}", mean=w.mean().item()),
    )
    kurtosis = ((w - w.mean()) / spread).pow(4).mean().item()
    expect_true(
        abs(kurtosis - 3) < 0.3,
        "The weights are not from a normal distribution.",
        expected="a fourth moment of about 3 std⁴",
        got=say("{kurtosis:.3g} std⁴", kurtosis=kurtosis),
        cause="a uniform distribution has 1.8"
        if kurtosis < 2
        else "the tails are cut off: trunc_normal_ is another distribution"
        if kurtosis < 3
        else None,
    )
    expect_true(
        w.unique().numel() > 0.9 * n,
        "The weights are not drawn each on its own.",
        expected="about as many values as entries",
        got=say("{n} values of {of} entries", n=w.unique().numel(), of=n),
    )
