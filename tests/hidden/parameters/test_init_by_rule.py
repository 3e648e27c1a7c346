"""init_by_rule applies the first rule that matches, or refuses and changes nothing."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_error, say
from parameters_helpers import (
    DISTINCT,
    Scaled,
    kinds_of_nets,
    names_in_memory,
    nested_net,
    sight_of,
    tied_net,
)

pytestmark = pytest.mark.exercise("parameters.init_by_rule")


class OwnError(Exception):
    """What an init may raise."""


def init_by(ex: Any, net: nn.Module, patterns: Any, answer: Any = None) -> Any:
    """Return which parameters each rule is given, how, and what becomes of `net`."""
    given: list[list[Tensor]] = [[] for _ in patterns]
    grad_modes = set()

    def rule(i: int) -> Any:
        def init(t: Tensor) -> Any:
            given[i].append(t)
            grad_modes.add((torch.is_grad_enabled(), torch.is_inference_mode_enabled()))
            t.add_(i + 1)
            return answer if answer is None or answer is True else torch.zeros(())

        return init

    rules = [(pattern, rule(i)) for i, pattern in enumerate(patterns)]
    ex.init_by_rule(net, rules if answer is None else tuple(rules))
    return {
        "given": {
            p: sorted(names_in_memory(ts, net))
            for p, ts in zip(patterns, given, strict=False)
        },
        "grad modes inside": sorted(grad_modes),
        "grad mode after": torch.is_grad_enabled(),
        **sight_of(net),
    }


def init_by_under_no_grad(ex: Any, net: nn.Module, patterns: Any) -> Any:
    with torch.no_grad():
        return init_by(ex, net, patterns)


def init_by_refused(ex: Any, net: nn.Module, patterns: Any) -> Any:
    try:
        init_by(ex, net, patterns)
    except ValueError:
        return "refused", sight_of(net)
    return "taken", sight_of(net)


def init_that_raises(ex: Any, net: nn.Module, pattern: str) -> Any:
    def fail(_: Tensor) -> None:
        raise OwnError

    def call() -> str:
        try:
            ex.init_by_rule(net, [(pattern, fail)])
        except OwnError:
            return "OwnError"
        return "nothing"

    first = call()
    mode = torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    with torch.no_grad():
        return first, mode, call(), torch.is_grad_enabled()


def init_by_torch(ex: Any, net: nn.Module) -> Any:
    ex.init_by_rule(net, (("*.bias", nn.init.zeros_), ("*", nn.init.ones_)))
    return sight_of(net)


SLIPS = {
    "every rule that fits is used, not only the first": (
        lambda seen: sum(map(len, seen["given"].values())) > len(seen["trainable"])
    ),
    "no rule is used where `*` has to match dots too": (
        lambda seen: sum(map(len, seen["given"].values())) < len(seen["trainable"])
    ),
    "init runs with gradients on: call it under torch.no_grad()": (
        lambda seen: (True, False) in seen["grad modes inside"]
    ),
    "init is given the parameter, not a copy of it": (
        lambda seen: any("?" in names for names in seen["given"].values())
    ),
    "a later rule is used in place of the first": (
        lambda seen: sum(map(len, seen["given"].values())) == len(seen["trainable"])
    ),
}


@pytest.mark.weight(2)
def test_init_by_rule_uses_the_first_rule_that_matches(sweep, rng):
    net = nn.Sequential(
        nn.Sequential(nn.Linear(*rng.sample(DISTINCT, 2))),
        nn.Linear(*rng.sample(DISTINCT, 2)),
    )

    sweep.cases(
        init_by,
        {
            "": (net, ["0.*.bias", "*.bias", "[02]*", "*"]),
            "for one rule for all": (net, ["*"]),
            "for `?` and `[!…]`: the whole name has to match": (
                net,
                ["?.bias", "[!0].*", "0*"],
            ),
            "for a rule whose names are all taken by an earlier one": (
                net,
                ["*", "1.weight"],
            ),
            "for the same pattern twice": (net, ["*", "*"]),
            "for a tuple of rules, and inits that return a tensor": (net, ["*"], 0),
            "for a tuple of rules, and inits that return True": (
                net,
                ["1.*", "*"],
                True,
            ),
        },
        call='init_by_rule(net, rules) for "0.*.bias", "*.bias", "[02]*" and "*"',
        fault="init_by_rule does not use the first rule that fits each name.",
        slips=SLIPS,
    )


def test_init_by_rule_leaves_what_no_rule_matches(sweep):
    net = nn.ModuleDict({name: nn.Linear(2, 3) for name in ("a", "ab", "b")})

    sweep.cases(
        init_by,
        {
            "": (net, ["a.*", "?.bias"]),
            "for no rules": (net, []),
            "for a name without `*`": (net, ["ab.bias"]),
        },
        call='init_by_rule(net, rules) for "a.*" and "?.bias", net with a, ab and b',
        fault="init_by_rule does not leave alone what no rule matches.",
        slips={
            "a pattern has to match the whole name": (
                lambda seen: sum(map(len, seen["given"].values())) > 3
            )
        },
    )


def test_init_by_rule_gives_a_shared_parameter_to_one_rule_once(sweep, rng):
    net = tied_net(rng)

    sweep.cases(
        init_by,
        {
            "": (net, ["*.weight", "first.bias"]),
            "for one rule for all": (net, ["*"]),
            "where other rules come first": (net, ["first.weight", "*"]),
        },
        call='init_by_rule(net, rules), "*.weight" and "first.bias", all layers tied',
        fault="A shared parameter is not initialised once.",
        slips={
            "it is initialised under each of its names": (
                lambda seen: len(seen["given"]["*.weight"]) > 1
            )
        },
    )


def test_init_by_rule_takes_all_kinds_of_networks(sweep, rng):
    nets = kinds_of_nets(rng)
    del nets["on the meta device"], nets["where nothing has a parameter"]
    del nets["where buffers alone are there"]

    sweep.cases(
        init_by,
        {when: (net, ["*[0-9s]*", "*"]) for when, net in nets.items()}
        | {"where nothing has a parameter, for no rules": (nn.Tanh(), [])},
        call='init_by_rule(net, rules) for "*[0-9s]*" and "*"',
    )


@pytest.mark.parametrize("scenario", [init_by_under_no_grad, init_that_raises])
def test_init_by_rule_gives_the_mode_of_gradients_back(sweep, rng, scenario):
    net = nested_net(rng)
    raises = scenario is init_that_raises

    sweep.cases(
        scenario,
        {"": (net, "0.*" if raises else ["0.*", "*"])},
        call="init_by_rule(net, rules) with an init that raises an error of its own"
        if raises
        else "with torch.no_grad(): init_by_rule(net, rules)",
        fault="init_by_rule does not leave gradients on or off as they were.",
        slips={
            "the exception of init goes on to the caller": (
                lambda seen: raises and "nothing" in seen
            ),
            "with torch.no_grad(): gives the mode back, also when init raises": (
                lambda seen: "OwnError" in seen
            ),
        },
    )


def test_init_by_rule_takes_the_functions_of_nn_init(sweep, rng):
    sweep.cases(
        init_by_torch,
        {"": (nested_net(rng),), "for odd shapes": (Scaled(nn.Linear(2, 3)),)},
        call="rules (*.bias, nn.init.zeros_), (*, nn.init.ones_)",
        fault="A parameter is not initialised by its rule.",
    )


BAD = {
    "with a slip of the pen": "*.wieght",
    "for a part of a name": "weight",
    "for the name of a module": "0",
    "with other letters": "*.Bias",
    "that is a regular expression": "^0.*",
    "with a dot too many": "0..bias",
}


@pytest.mark.weight(2)
@pytest.mark.parametrize("pattern", BAD.values())
def test_init_by_rule_refuses_a_pattern_without_a_match(observe, rng, pattern):
    raised = observe.error(
        init_by,
        nested_net(rng),
        ["0.*", pattern],
        call=say('init_by_rule(net, rules) for "0.*" and "{pattern}"', pattern=pattern),
    )

    expect_error(
        raised,
        ValueError,
        say("A pattern that matches no name, {pattern}, is taken.", pattern=pattern),
        mentions=pattern,
        cause="a pattern has to match the whole name, not a part of it"
        if pattern in ("weight", "0")
        else "a mistyped pattern would stay unseen: look for a match, and raise",
    )


def test_init_by_rule_changes_nothing_when_it_refuses(sweep, rng):
    net = nested_net(rng)

    sweep.cases(
        init_by_refused,
        {"where all rules have a match": (net, ["0.*", "*"])}
        | {
            say("for a pattern {kind}: nothing changes", kind=kind).render(): (
                net,
                [*before, bad, *behind],
            )
            for kind, bad in BAD.items()
            for before, behind in ((["0.*"], ["*"]), ([], ["*"]), (["*"], []))
        }
        | {
            "for a second name of a shared parameter": (
                tied_net(rng),
                ["*", "again.*"],
            ),
            "where nothing has a parameter": (nn.Tanh(), ["*"]),
        },
        call="init_by_rule(net, rules), then everything in net",
    )
