"""freeze holds parameters and statistics below a prefix still while the rest trains."""

import copy
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_close, expect_equal, expect_true, say
from parameters_helpers import DISTINCT, expect_state_of

pytestmark = pytest.mark.exercise("parameters.freeze")


STATISTICS = ("running_mean", "running_var", "num_batches_tracked")


def freeze_part(
    ex: Any, net: nn.Module, prefix: str
) -> tuple[list[str], dict[str, bool]]:
    names = ex.freeze(net, prefix)
    named = net.named_parameters(remove_duplicate=False)
    return names, {name: p.requires_grad for name, p in named}


def freeze_while_training(
    ex: Any, net: nn.Module, prefix: str, x: Tensor
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    optimizer = torch.optim.SGD(
        net.parameters(), lr=0.01, momentum=0.9, weight_decay=0.1
    )
    net(x).square().sum().backward()
    optimizer.step()
    ex.freeze(net, prefix)
    before = {name: t.clone() for name, t in net.state_dict().items()}
    for _ in range(2):
        optimizer.zero_grad(set_to_none=False)
        net(x).square().sum().backward()
        optimizer.step()
    return before, net.state_dict()


def freeze_and_run(
    ex: Any, net: nn.Module, prefix: str, x: Tensor
) -> tuple[Tensor, dict[str, Tensor]]:
    ex.freeze(net, prefix)
    net.eval()
    net.train()
    net(x)
    net.train()
    return net(x), net.state_dict()


def expect_frozen(
    trainable: dict[str, bool], net: nn.Module, frozen: list[str]
) -> None:
    named = net.named_parameters(remove_duplicate=False)
    expect_equal(
        [name for name, value in trainable.items() if not value],
        [name for name, _ in named if name in frozen],
        "freeze does not stop the gradients of this part, and of nothing else.",
        slips={
            "'1' is not the start of '10.bias': compare whole parts of the path": (
                lambda names: len(names) > len(frozen)
            ),
            "the path of a single parameter is a prefix too": (
                lambda names: not names and len(frozen) == 1
            ),
            "the empty prefix is the whole network": (
                lambda names: not names and len(frozen) == len(trainable)
            ),
        },
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("prefix", ["1", "0", "11", "1.0", "10.bias", ""])
def test_freeze_stops_gradients_below_the_prefix(observe, rng, prefix):
    layers = [nn.Linear(*rng.sample(DISTINCT, 2)) for _ in range(12)]
    layers[1] = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 2))
    net = nn.Sequential(*layers)

    names, trainable = observe(
        freeze_part,
        net,
        prefix,
        call=say('freeze(net of 12 layers, "{prefix}")', prefix=prefix),
    )

    expected = [
        name
        for name, _ in net.named_parameters()
        if name.split(".")[: len(prefix.split("."))] == prefix.split(".") or not prefix
    ]
    expect_frozen(trainable, net, expected)
    expect_equal(
        names,
        expected,
        "freeze does not return the names of the frozen parameters, in order.",
        slips={
            "the names are whole, with the prefix": (
                [name.removeprefix(f"{prefix}.") for name in expected]
            )
        },
    )


def test_freeze_finds_a_shared_parameter_under_each_name(observe, rng):
    a, b = rng.sample(DISTINCT, 2)
    net = nn.ModuleDict({"embedding": nn.Embedding(a, b), "head": nn.Linear(b, a)})
    net["head"].weight = net["embedding"].weight

    names, trainable = observe(
        freeze_part,
        net,
        "head",
        call='freeze(net, "head"), its weight tied to embedding.weight',
    )

    expect_equal(
        trainable,
        {"embedding.weight": False, "head.weight": False, "head.bias": False},
        "A parameter that is shared with another part is not frozen.",
        slips={
            "named_parameters() tells only its first name, unless told otherwise": (
                {"embedding.weight": True, "head.weight": True, "head.bias": False}
            )
        },
    )
    expect_equal(
        names,
        ["head.weight", "head.bias"],
        "freeze does not return the names that begin with the prefix.",
    )


def test_freeze_holds_against_momentum_and_weight_decay(observe, rng):
    a, b, c = rng.sample(DISTINCT, 3)
    net = nn.Sequential(nn.Linear(a, b), nn.Linear(b, c))

    before, after = observe(
        freeze_while_training,
        net,
        "0",
        torch.randn(8, a),
        call='a step of SGD with momentum; freeze(net, "0"); '
        "zero_grad(set_to_none=False) and more steps",
    )

    expect_state_of(before, net)
    expect_state_of(after, net)
    for name in ("0.weight", "0.bias"):
        expect_equal(
            after[name],
            before[name],
            "The optimizer still moves a frozen parameter.",
            slips={
                "momentum and weight decay move whatever has a grad: set it to None": (
                    lambda _: True
                )
            },
        )
    expect_true(
        not torch.equal(after["1.weight"], before["1.weight"]),
        "Parameters outside the prefix are not trained any more.",
        expected="other values after a step",
        got="the same",
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("dims", [1, 2])
@pytest.mark.parametrize("prefix", ["0", "0.1", ""], ids=["part", "layer", "all"])
def test_freeze_keeps_batchnorm_statistics(observe, rng, dims, prefix):
    a, b = rng.sample(DISTINCT, 2)
    norm, conv = [
        (nn.BatchNorm1d, nn.Conv1d),
        (nn.BatchNorm2d, nn.Conv2d),
    ][dims - 1]
    net = nn.Sequential(nn.Sequential(conv(a, b, 1), norm(b)), norm(b))
    x = torch.randn(6, a, *[4] * dims)
    net(3 * x + 1)

    y, state = observe(
        freeze_and_run,
        net,
        prefix,
        x,
        call=say(
            'freeze(net, "{prefix}"); net.train(); net(x), with {name}',
            prefix=prefix,
            name=norm.__name__,
        ),
    )

    expect_state_of(state, net)
    before = net.state_dict()
    below = ["0.1.", *(["1."] if not prefix else [])]
    for name in (f"{path}{kind}" for path in below for kind in STATISTICS):
        expect_equal(
            state[name],
            before[name],
            say(
                "A frozen BatchNorm layer changes its {rpartition}.",
                rpartition=name.rpartition(".")[2],
            ),
            slips={
                "a momentum of 0 does not stop the counting": (
                    lambda _, name=name: name.endswith("tracked")
                ),
                "requires_grad stops no statistics, and net.train() undoes eval()": (
                    lambda _: True
                ),
            },
        )
    expected = copy.deepcopy(net)
    expected[0][1].eval()
    expected[1].train(mode=bool(prefix))
    batch = copy.deepcopy(net)(x)
    expect_close(
        y,
        expected(x),
        "A frozen BatchNorm layer does not normalise by its running statistics, "
        "or another layer does.",
        slips={"in training mode the batch's own statistics are used": batch},
        rtol=1e-4,
        atol=1e-4,
    )
    if prefix:
        expected(x)
        expect_close(
            state["1.running_mean"],
            expected[1].running_mean,
            "A BatchNorm layer outside the prefix does not go on as before.",
        )


def test_freeze_finds_a_shared_batchnorm_under_each_name(observe, rng):
    a, b = rng.sample(DISTINCT, 2)
    norm = nn.BatchNorm1d(b)
    net = nn.Sequential(nn.Linear(a, b), norm, nn.Sequential(nn.Tanh(), norm))
    x = torch.randn(6, a)

    _, state = observe(
        freeze_and_run,
        net,
        "2",
        x,
        call='freeze(net, "2"); net.train(); net(x), its BatchNorm1d used in "1" too',
    )

    expect_state_of(state, net)
    before = net.state_dict()
    for name in STATISTICS:
        expect_equal(
            state[f"2.1.{name}"],
            before[f"2.1.{name}"],
            say(
                "A frozen BatchNorm layer that another part shares changes its {name}.",
                name=name,
            ),
            slips={
                "named_modules() tells only its first name, unless told otherwise": (
                    lambda _: True
                )
            },
        )
