"""migrate_keys strips wrappers, applies the first rule, and refuses collisions."""

from types import MappingProxyType
from typing import Any

import pytest
import torch

from grader.observe import draw_name, say
from read_write_helpers import a_state, outcome

pytestmark = pytest.mark.exercise("read_write.migrate_keys")

Rules = list[tuple[str, str]]


def migrate(ex: Any, names: list[str], rules: Any, kind: str = "") -> list[Any]:
    """Return new names, whether they have the very tensors, and what was given.

    And what they have when the tensors given are doubled.
    """
    state = {name: torch.rand(1) for name in names}
    tensors, given = list(state.values()), list(rules)
    new = ex.migrate_keys(MappingProxyType(state) if kind else state, rules)
    same = all(map(lambda a, b: a is b, new.values(), tensors))
    copied = {*map(id, new.values())} != {*map(id, tensors)}
    what = "copies" if copied else "the tensors themselves, out of order"
    for tensor in tensors:
        tensor.mul_(2)
    was = list(state), given == list(rules), list(new.values())
    return [list(new), "as given" if same else what, *was]


def migrate_or_refuse(
    ex: Any, names: list[str], rules: Rules, becomes: str, ties: bool = False
) -> list[Any]:
    """Return what comes of it, and what was given; ties: all names have one tensor."""
    state = a_state(names)
    if ties:
        state = dict.fromkeys(names, next(iter(state.values())))
    return [outcome(lambda: [*ex.migrate_keys(state, rules)], becomes), list(state)]


WRAPPED = [
    *("module.model.embed.weight", "_orig_mod.norm.weight", "bare", "modulo.weight"),
    *("module._orig_mod.head.weight", "_orig_mod.module.module.tail.bias"),
    *("module._orig_mod.module.deep.bias", "submodule.module.bias", "Module.w"),
    *("modules.0._orig_mod.weight", "_orig_modx.weight", "a.module._orig_mod.b"),
]
RULES = [("enc.0", "first"), ("enc", "encoder"), ("encoder", "wrong"), ("out", "head")]
DOT, SIGNS = "for a rule with a dot", "for signs of regular expressions"
RENAMED = [
    *("module.enc.0.weight", "enc.01.weight", "enc.1.enc.bias", "encode.weight"),
    *("encoder.weight", "out", "_orig_mod.output.out", "enc"),
    *("module.enc.0", "Enc.bias", "out.out.enc"),
]


def test_migrate_takes_wrappers_off_the_front(sweep, rng):
    names = rng.sample(WRAPPED, len(WRAPPED))
    replaced = [n.replace("module.", "").replace("_orig_mod.", "") for n in names]

    sweep.cases(
        migrate,
        {
            "": (names, []),
            "for an empty state": ([], []),
            "for the name of a wrapper alone": (
                ["module._orig_mod.", "_orig_mod", ".module.w", "module"],
                [],
            ),
            "for a mapping that is no dict": (names, [], "read-only"),
        },
        call="migrate_keys(state, [])",
        fault="migrate_keys does not take the wrappers' names off, and nothing else.",
        slips={
            "the caller's state is changed: copy it": lambda got: got[2] != names,
            "copies take the place of the tensors themselves": (
                lambda got: got[1] == "copies"
            ),
            "the tensors stay in their order": lambda got: "out of" in got[1],
            "str.replace finds its text anywhere, in submodule. too": (
                lambda got: got[0] == replaced
            ),
            "str.lstrip takes letters away, not a prefix": (
                lambda got: "model.embed.weight" not in got[0]
            ),
            "wrappers may stand one behind the other, in any order": (
                lambda got: not {"tail.bias", "deep.bias"} <= set(got[0])
            ),
        },
    )


@pytest.mark.weight(2)
def test_migrate_applies_the_first_rule_that_matches(sweep, rng):
    names = rng.sample(RENAMED, len(RENAMED))

    sweep.cases(
        migrate,
        {
            "": (names, RULES),
            "for a tuple of rules": (names, tuple(RULES)),
            DOT: (["a.b.w", "axb.w", "a.b", "a.bc"], [("a.b", "c")]),
            SIGNS: (["a+.w", "aa.w", "(b.w", "c.w"], [("a+", r"\1"), ("(b", "$")]),
            "where a rule swaps names": (["a.w", "b.w"], [("a", "b"), ("b", "a")]),
            "where a rule gives a wrapper's name": (["a.w"], [("a", "module.x")]),
            "where a rule names a wrapper": (["module.a.w"], [("module.a", "x")]),
            "where a rule changes nothing": (["a.w"], [("a", "a"), ("a", "b")]),
            "for an empty rule": (["", ".a", "a.b"], [("", "x"), ("a", "")]),
            "for a later rule that is longer": (["a.b.w"], [("a", "c"), ("a.b", "d")]),
            "for a name shorter than a rule": (["a"], [("a.b", "c"), ("a.", "d")]),
            "for names in a name twice": (["a.a.w", "b.a.w"], [("a", "c.a")]),
        },
        call=say("migrate_keys(state, {RULES})", RULES=RULES),
        fault="migrate_keys does not rename as the rules say.",
        because={
            DOT: "in a regular expression, a dot is any sign",
            "where a rule swaps names": "compare each new name with the new ones only",
        },
        slips={
            "a rule matches up to a dot: enc is no beginning of encode": (
                lambda got: any(name.startswith("encoderode") for name in got[0])
            ),
            "only the first rule that matches is applied": (
                lambda got: "wrong.1.enc.bias" in got[0] or "wrong.01.weight" in got[0]
            ),
            "the first matching rule wins, not the last": (
                lambda got: "encoder.0.weight" in got[0]
            ),
            "a rule applies to the beginning of a name only": (
                lambda got: {"encoder.1.encoder.bias", "output.head"} & {*got[0]}
            ),
            "a rule also renames what has its very name": lambda got: "out" in got[0],
        },
    )


COLLISIONS = {
    "for one name without its wrapper": (["module.a.w", "b", "a.w"], [], "a.w"),
    "for one by a rule": (["old.b", "c", "new.b"], [("old", "new")], "new.b"),
    "for two by rules": (["x.w", "y.w"], [("x", "z"), ("y", "z")], "z.w"),
    "for a later name": (["new.v", "module.old.v"], [("old", "new")], "new.v"),
    "for two wrappers": (["module.head.q", "_orig_mod.head.q"], [], "head.q"),
    "for one tensor under two names": (["module.a.w", "a.w"], [], "", True),
    "where all is as it was but one": (["a.w", "b.w"], [("b", "a")], "a.w"),
}


def test_migrate_refuses_collisions(sweep, rng):
    for when, args in {"": ([draw_name(rng)], [], ""), **COLLISIONS}.items():
        sweep.cases(
            migrate_or_refuse,
            {when: args},
            call=say("migrate_keys of {old} by {rules}", old=args[0], rules=args[1]),
            slips={
                "one tensor replaces the other in silence": (
                    lambda got: isinstance(got[0], list)
                ),
                "the message lacks the name that both become": (
                    lambda got: got[0] == "ValueError"
                ),
            },
        )
