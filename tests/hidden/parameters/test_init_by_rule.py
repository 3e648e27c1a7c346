"""init_by_rule applies the first rule that matches, or refuses and changes nothing."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from parameters_helpers import (
    DISTINCT,
    kinds_of_nets,
    names_in_memory,
    nested_net,
    sight_of,
    tied_net,
)

pytestmark = pytest.mark.exercise("parameters.init_by_rule")


class OwnError(Exception):
    """What an init may raise."""


def init_by(
    ex: Any,
    net: nn.Module,
    patterns: list[str],
    answer: Any = None,
    grad: bool = True,
    same: bool = False,
) -> Any:
    """Return which parameters each rule is given, how, and what becomes of `net`."""
    given: list[list[Tensor]] = [[] for _ in patterns]
    modes = set()

    def rule(i: int) -> Any:
        def init(t: Tensor) -> Any:
            given[i].append(t)
            modes.add((torch.is_grad_enabled(), torch.is_inference_mode_enabled()))
            t.add_(i + 1)
            if answer is OwnError:
                raise OwnError
            return answer

        return init

    for p in net.parameters():
        p.grad = torch.ones_like(p)
    inits = [rule(0)] * len(patterns) if same else map(rule, range(len(patterns)))
    rules = tuple(zip(patterns, inits, strict=True))
    outcome = "done"
    with torch.set_grad_enabled(grad):
        try:
            ex.init_by_rule(net, rules)
        except OwnError:
            outcome = "OwnError"
        after = torch.is_grad_enabled()
    return {
        "outcome": outcome,
        "given": [sorted(names_in_memory(ts, net)) for ts in given],
        "modes inside": sorted(modes),
        "gradients after": after,
        **sight_of(net),
    }


def init_or_refuse(ex: Any, net: nn.Module, patterns: list[str], bad: str = "") -> Any:
    """Return whether it refuses with the bad pattern, and what becomes of `net`."""
    try:
        init_by(ex, net, patterns)
    except ValueError as error:
        return "refused", bad in str(error), sight_of(net)
    return "taken", False, sight_of(net)


def times(seen: Any) -> int:
    """Return how often a rule is used."""
    return sum(map(len, seen["given"]))


@pytest.mark.weight(2)
def test_init_by_rule_uses_the_first_rule_that_matches(sweep, rng):
    net = nn.Sequential(
        nn.Sequential(nn.Linear(*rng.sample(DISTINCT, 2))),
        nn.Linear(*rng.sample(DISTINCT, 2)),
    )
    names = nn.ModuleDict({name: nn.Linear(2, 3) for name in ("a", "ab", "b")})
    nets = kinds_of_nets(rng)
    shared = {
        "where all layers are tied": ["*.weight", "first.bias"],
        "where a shared parameter has a rule of its own": ["first.weight", "*"],
    }
    part = "for a pattern that parts of other names match"
    taken = "for a rule whose names are all taken by an earlier one"
    returns, raises = "for inits that return a tensor", "for an init that raises"

    sweep.cases(
        init_by,
        {
            "": (net, ["0.*.bias", "*.bias", "[02]*", "*"]),
            "for one rule for all": (net, ["*"]),
            "for no rules": (net, []),
            part: (names, ["a.*", "?.bias"]),
            "for `?` and `[!…]`": (net, ["?.bias", "[!0].*", "0*"]),
            "for a name without `*`": (names, ["ab.bias"]),
            taken: (net, ["*", "1.weight"]),
            "for the same pattern twice": (net, ["*", "*"]),
            "for the same init twice": (net, ["0.*", "1.bias"], None, True, True),
            returns: (net, ["1.*", "*"], torch.zeros(())),
            "for inits that return True": (net, ["1.*", "*"], True),
            raises: (net, ["*"], OwnError),
            "under torch.no_grad()": (net, ["0.*", "*"], None, False),
            "for an init that raises under no_grad()": (net, ["*"], OwnError, False),
            "where nothing has a parameter, for no rules": (nn.Tanh(), []),
        }
        | {when: (tied_net(rng), patterns) for when, patterns in shared.items()}
        | {when: (net, ["*[0-9g]*", "*"]) for when, net in nets.items()},
        call='init_by_rule(net, rules) for "0.*.bias", "*.bias", "[02]*" and "*"',
        fault="init_by_rule does not use the first rule that fits each name.",
        slips={
            "every rule that fits is used, not only the first": (
                lambda seen: times(seen) > len(seen["trainable"])
            ),
            "no rule is used where `*` has to match dots too": (
                lambda seen: times(seen) < len(seen["trainable"])
            ),
            "init is given the parameter, not a copy of it": (
                lambda seen: any("?" in names for names in seen["given"])
            ),
            "a later rule is used in place of the first": (
                lambda seen: len(seen["given"][-1]) > 1
            ),
            "call init under torch.no_grad()": (
                lambda seen: seen["modes inside"] != [(False, False)]
            ),
        },
        causes={
            "a leaf Variable": "call init under torch.no_grad()",
            "nothing to repeat": "a pattern is for fnmatchcase, no regular expression",
        },
        because=dict.fromkeys(
            shared, "a shared parameter is initialised once, by its first name alone"
        )
        | {
            part: "a pattern has to match the whole name, as fnmatchcase does",
            taken: "it has a match, though none is left for it",
            returns: "init changes in place: what it returns does not matter",
            raises: "the exception goes on to the caller, and with torch.no_grad(): "
            "gives the mode of gradients back",
        },
    )


@pytest.mark.weight(2)
def test_init_by_rule_refuses_a_pattern_without_a_match(sweep, rng):
    net, tied, slip = nested_net(rng), tied_net(rng), "*.wieght"
    part, module = "for a part of a name", "for the name of a module"
    second = "for a second name of a shared parameter"
    bad = {
        part: "weight",
        module: "0",
        "for other letters": "*.Bias",
        "for a regular expression": "^0.*",
        "for a dot too many": "0..bias",
        "for an empty pattern": "",
    }

    sweep.cases(
        init_or_refuse,
        {
            "": (net, ["0.*", slip, "*"], slip),
            "where all rules have a match": (net, ["0.*", "*"]),
            "for the first pattern": (net, [slip, "*"], slip),
            "for the last pattern": (net, ["*", slip], slip),
            **{when: (net, ["0.*", p], p) for when, p in bad.items()},
            second: (tied, ["*", "again.*"], "again.*"),
            "where nothing has a parameter": (nn.Tanh(), ["*"], "*"),
        },
        call='init_by_rule(net, rules) for "0.*", "*.wieght" and "*"',
        fault="A pattern that matches no name is not refused before all else.",
        slips={
            "a mistyped pattern would stay unseen: look for a match, and raise": (
                lambda seen: seen[0] == "taken"
            ),
            "the pattern belongs into the message of the ValueError": (
                lambda seen: seen[0] == "refused" and not seen[1]
            ),
            "look at all patterns before you change anything: nothing changes": (
                lambda seen: seen[0] == "refused"
            ),
        },
        because={
            second: "only its first name counts",
            **dict.fromkeys((part, module), "a pattern has to match the whole name"),
        },
    )
