"""init_by_rule applies the first rule that matches, or refuses and changes nothing."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_close, expect_equal, expect_error, say
from parameters_helpers import DISTINCT, expect_state_of, nested_net, tied_net

pytestmark = pytest.mark.exercise("parameters.init_by_rule")


def init_by(
    ex: Any, net: nn.Module, rules: list[tuple[str, float]]
) -> dict[str, Tensor]:
    ex.init_by_rule(net, [(pattern, adding(value)) for pattern, value in rules])
    return net.state_dict()


def adding(value: float) -> Callable[[Tensor], None]:
    def add(t: Tensor) -> None:
        t.add_(value)

    return add


def init_by_refused(
    ex: Any, net: nn.Module, rules: list[tuple[str, float]]
) -> dict[str, Tensor]:
    with suppress(ValueError):
        init_by(ex, net, rules)
    return net.state_dict()


def init_by_torch(ex: Any, net: nn.Module) -> dict[str, Tensor]:
    ex.init_by_rule(net, [("*.bias", nn.init.zeros_), ("*", nn.init.ones_)])
    return net.state_dict()


def describe_rules(rules: list[tuple[str, float]]) -> str:
    return ", ".join(f"{pattern}: add {value}" for pattern, value in rules)


def expect_added(
    state: dict[str, Tensor],
    net: nn.Module,
    rules: list[tuple[str, float]],
    expected: dict[str, list[float]],
) -> None:
    """Expect each parameter moved by the first of the values that fit its name."""
    expect_state_of(state, net)
    for name, before in net.named_parameters():
        first, *others = [*expected[name], 0]
        expect_close(
            state[name],
            before + first,
            say(
                "init_by_rule does not use the first rule that fits {name}.", name=name
            ),
            slips={
                "every rule that fits is used, not only the first": (
                    before + first + sum(others)
                ),
                "a later rule is used in place of the first": (
                    lambda t, before=before, others=others: any(
                        torch.allclose(t, before + value) for value in others if value
                    )
                ),
                "no rule is used: `*` matches dots too": (
                    lambda t, before=before, first=first: (
                        bool(first) and torch.equal(t, before)
                    )
                ),
                "a pattern has to match the whole name": (
                    lambda _, first=first: not first
                ),
            },
        )


@pytest.mark.weight(2)
def test_init_by_rule_uses_the_first_rule_that_matches(observe, rng):
    net = nn.Sequential(
        nn.Sequential(nn.Linear(*rng.sample(DISTINCT, 2))),
        nn.Linear(*rng.sample(DISTINCT, 2)),
    )
    rules = [("0.*.bias", 1), ("*.bias", 2), ("[01]*", 4), ("*", 8)]

    state = observe(
        init_by,
        net,
        rules,
        call=say("rules {describe_rules}", describe_rules=describe_rules(rules)),
    )

    expect_added(
        state,
        net,
        rules,
        {
            "0.0.weight": [4, 8],
            "0.0.bias": [1, 2, 4, 8],
            "1.weight": [4, 8],
            "1.bias": [2, 4, 8],
        },
    )


def test_init_by_rule_leaves_what_no_rule_matches(observe, rng):
    net = nn.ModuleDict({name: nn.Linear(2, 3) for name in ("a", "ab", "b")})
    rules = [("a.*", 1), ("?.bias", 2)]

    state = observe(
        init_by,
        net,
        rules,
        call=say("rules {describe_rules}", describe_rules=describe_rules(rules)),
    )

    expect_added(
        state,
        net,
        rules,
        {
            "a.weight": [1],
            "a.bias": [1, 2],
            "ab.weight": [],
            "ab.bias": [],
            "b.weight": [],
            "b.bias": [2],
        },
    )


def test_init_by_rule_takes_the_functions_of_nn_init(observe, rng):
    net = nested_net(rng)

    state = observe(
        init_by_torch, net, call="rules (*.bias, nn.init.zeros_), (*, nn.init.ones_)"
    )

    expect_state_of(state, net)
    for name, p in net.named_parameters():
        expect_equal(
            state[name],
            torch.full_like(p, 0 if name.endswith("bias") else 1).detach(),
            say("{name} is not initialised by its rule.", name=name),
        )


def test_init_by_rule_gives_a_shared_parameter_to_one_rule_once(observe, rng):
    net = tied_net(rng)
    rules = [("*.weight", 1), ("first.bias", 2)]

    state = observe(
        init_by,
        net,
        rules,
        call=say(
            "rules {describe_rules}, all layers tied",
            describe_rules=describe_rules(rules),
        ),
    )

    expect_state_of(state, net)
    before = net["first"].weight.detach()
    expect_close(
        state["first.weight"],
        before + 1,
        "A shared parameter is not initialised once.",
        slips={
            "it is initialised under each of its names": (
                lambda t: bool(((t - before).round() > 1).all())
            )
        },
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("pattern", ["*.wieght", "weight", "0"])
def test_init_by_rule_refuses_a_pattern_without_a_match(observe, rng, pattern):
    rules = [("0.*", 1), (pattern, 2)]

    raised = observe.error(
        init_by,
        nested_net(rng),
        rules,
        call=say("rules {describe_rules}", describe_rules=describe_rules(rules)),
    )

    expect_error(
        raised,
        ValueError,
        say("A pattern that matches no name, {pattern}, is taken.", pattern=pattern),
        mentions=pattern,
        cause="a mistyped pattern would stay unseen: look for a match, and raise"
        if "*" in pattern
        else "a pattern has to match the whole name, not a part of it",
    )


def test_init_by_rule_changes_nothing_when_it_refuses(observe, rng):
    net = nested_net(rng)
    rules = [("0.*", 1), ("nonesuch.*", 2)]

    state = observe(
        init_by_refused,
        net,
        rules,
        call=say(
            "rules {describe_rules}: ValueError", describe_rules=describe_rules(rules)
        ),
    )

    expect_state_of(state, net)
    for name, before in net.state_dict().items():
        expect_equal(
            state[name],
            before,
            say(
                "init_by_rule has changed {name} although it refuses the rules.",
                name=name,
            ),
            slips={"check all patterns before you change anything": lambda _: True},
        )


def test_init_by_rule_takes_a_rule_whose_names_are_all_taken(observe, rng):
    net = nn.Linear(*rng.sample(DISTINCT, 2))
    rules = [("*", 1), ("weight", 2)]

    state = observe(
        init_by,
        net,
        rules,
        call=say("rules {describe_rules}", describe_rules=describe_rules(rules)),
    )

    expect_added(state, net, rules, {"weight": [1, 2], "bias": [1]})
