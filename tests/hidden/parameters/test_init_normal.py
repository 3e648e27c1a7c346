"""init_normal draws the weights of all linear layers and touches nothing else."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_equal, expect_true, say
from parameters_helpers import DISTINCT, expect_state_of

pytestmark = pytest.mark.exercise("parameters.init_normal")


class Gain(nn.Linear):
    """A subclass of Linear with a parameter more."""

    def __init__(self, a: int, b: int):
        super().__init__(a, b)
        self.gain = nn.Parameter(torch.randn(b, a))


class NotLinear(nn.Module):
    """A module with a Linear's parameters, but not a Linear."""

    def __init__(self, a: int, b: int):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(b, a))
        self.bias = nn.Parameter(torch.randn(b))


def init_with(ex: Any, net: nn.Module, std: float | None) -> dict[str, Tensor]:
    if std is None:
        ex.init_normal(net)
    else:
        ex.init_normal(net, std=std)
    return net.state_dict()


def init_what_is_held(
    ex: Any, net: nn.Module
) -> tuple[list[Tensor], list[Tensor], list[bool]]:
    held = list(net.parameters())
    ex.init_normal(net, std=0.1)
    now = list(net.parameters())
    return held, now, [p.requires_grad for p in now]


def init_twice(ex: Any, net: nn.Module) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    ex.init_normal(net)
    first = {name: t.clone() for name, t in net.state_dict().items()}
    ex.init_normal(net)
    return first, net.state_dict()


def expect_reached(after: Tensor, before: Tensor, fault: str, cause: str) -> None:
    expect_true(
        not torch.equal(after, before),
        fault,
        expected="other values than before",
        got="the same",
        cause=cause,
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("default", [True, False], ids=["default", "given"])
def test_init_normal_draws_from_the_normal_distribution(observe, rng, default):
    std = 0.01 if default else round(rng.uniform(0.1, 0.4), 2)
    net = nn.Sequential(nn.Linear(400, 300))

    state = observe(
        init_with,
        net,
        None if default else std,
        call=say(
            "init_normal(Sequential(Linear(400, 300)){value})",
            value=f", std={std!r}" * (not default),
        ),
    )

    expect_state_of(state, net)
    w = state["0.weight"].double()
    n = w.numel()
    spread = w.std().item()
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
        cause="a uniform distribution has 1.8" if kurtosis < 2 else None,
    )


def test_init_normal_zeroes_the_biases(observe, rng):
    a, b, c = rng.sample(DISTINCT, 3)
    net = nn.Sequential(nn.Linear(a, b), nn.Linear(b, c, bias=False), nn.Linear(c, a))

    state = observe(
        init_with,
        net,
        0.5,
        call="init_normal(Sequential(Linear, Linear without bias, Linear), std=0.5)",
    )

    expect_state_of(state, net)
    for name in ("0.bias", "2.bias"):
        expect_equal(
            state[name],
            torch.zeros_like(net.state_dict()[name]),
            "The bias of a Linear layer is not 0.",
            slips={"the biases are left as they were": net.state_dict()[name]},
        )


@pytest.mark.parametrize("depth", [0, 1, 3], ids=["itself", "inside", "deep"])
def test_init_normal_reaches_every_depth(observe, rng, depth):
    a, b = rng.sample(DISTINCT, 2)
    net = nn.Linear(a, b)
    for _ in range(depth):
        net = nn.Sequential(nn.Tanh(), net)
    where = ["is the network itself", "", "", "is three modules deep"][depth]

    state = observe(
        init_with, net, 0.5, call=f"init_normal(net), its Linear layer {where}".strip()
    )

    expect_state_of(state, net)
    expect_reached(
        state["1." * depth + "weight"],
        net.state_dict()["1." * depth + "weight"],
        say(
            "init_normal does not reach a Linear layer that {value}.",
            value=where or "is inside",
        ),
        "children() sees the next level only; modules() sees all, the net itself too",
    )


def test_init_normal_reaches_subclasses(observe, rng):
    net = nn.ModuleDict(
        {
            "mine": Gain(*rng.sample(DISTINCT, 2)),
            "attention": nn.MultiheadAttention(8, 2),
        }
    )

    state = observe(
        init_with, net, 0.5, call="init_normal(net) with subclasses of nn.Linear in net"
    )

    expect_state_of(state, net)
    before = net.state_dict()
    for name in ("mine.weight", "attention.out_proj.weight"):
        expect_reached(
            state[name],
            before[name],
            "init_normal does not reach a subclass of nn.Linear.",
            "type(m) == nn.Linear leaves out subclasses: isinstance(m, nn.Linear)",
        )


def test_init_normal_leaves_all_else_alone(observe, rng):
    a, b = rng.sample(DISTINCT, 2)
    net = nn.ModuleDict(
        {
            "linear": nn.Linear(a, b),
            "gain": Gain(a, b),
            "batchnorm": nn.BatchNorm1d(b),
            "embedding": nn.Embedding(a, b),
            "conv": nn.Conv1d(a, b, 3),
            "other": NotLinear(a, b),
            "bilinear": nn.Bilinear(a, b, 2),
            "attention": nn.MultiheadAttention(8, 2),
        }
    )
    nn.init.normal_(net["batchnorm"].weight)

    state = observe(
        init_with, net, 0.5, call="init_normal(net) with all kinds of layers in net"
    )

    expect_state_of(state, net)
    linear = ("linear.", "gain.weight", "gain.bias", "attention.out_proj.")
    for name, before in net.state_dict().items():
        if not name.startswith(linear):
            expect_equal(
                state[name],
                before,
                say(
                    "init_normal changes {name}, which is no weight or bias of a "
                    "Linear.",
                    name=name,
                ),
                slips={
                    "a weight or a bias alone does not make a layer a Linear": (
                        lambda _, name=name: name.endswith(("weight", "bias"))
                    ),
                    "a subclass of Linear may have parameters of its own": (
                        lambda _, name=name: name == "gain.gain"
                    ),
                },
            )


@pytest.mark.weight(2)
def test_init_normal_works_in_place(observe, rng):
    a, b = rng.sample(DISTINCT, 2)
    net = nn.Sequential(nn.Linear(a, b), nn.Linear(b, a)).double()
    net[1].weight.requires_grad_(False)

    held, now, trainable = observe(
        init_what_is_held,
        net,
        call="held = list(net.parameters()); init_normal(net); list(net.parameters())",
    )

    expect_equal(
        held,
        now,
        "The network does not keep its Parameter objects.",
        slips={
            "a new nn.Parameter is unknown to the optimizer made before: draw in place "
            "with nn.init": lambda _: True
        },
    )
    expect_equal(
        [str(p.dtype) for p in now],
        ["torch.float64"] * 4,
        "init_normal changes the parameters' dtype.",
        slips={
            "`.data = …` takes the new tensor's dtype: draw in place": lambda _: True
        },
    )
    expect_equal(
        trainable,
        [True, True, False, True],
        "init_normal changes which parameters are trainable.",
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
