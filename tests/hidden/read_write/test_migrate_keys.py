"""migrate_keys strips wrappers, applies the first rule, and refuses collisions."""

from collections import OrderedDict
from types import MappingProxyType
from typing import Any

import pytest
import torch

from grader.observe import draw_name, say
from read_write_helpers import outcome

pytestmark = pytest.mark.exercise("read_write.migrate_keys")

Rules = list[tuple[str, str]]


def migrate(ex: Any, names: list[str], rules: Any, kind: str = "") -> list[Any]:
    """Return new names, whether they have the very tensors, and what was given."""
    state = {name: torch.rand(2) for name in names}
    tensors, given = list(state.values()), list(rules)
    forms = {"OrderedDict": OrderedDict, "read-only": MappingProxyType}
    new = ex.migrate_keys(forms.get(kind, dict)(state), rules)
    same = all(map(lambda a, b: a is b, new.values(), tensors))
    copied = {*map(id, new.values())} != {*map(id, tensors)}
    what = "other tensors" if copied else "the tensors themselves, out of order"
    for tensor in tensors:
        tensor.mul_(2)  # which copies do not notice
    return [
        list(new),
        "the tensors themselves" if same else what,
        list(state),
        given == list(rules),
        list(new.values()),
    ]


def migrate_or_refuse(ex: Any, names: list[str], rules: Rules, becomes: str) -> Any:
    return outcome(lambda: ["none", *migrate(ex, names, rules)], becomes)


WRAPPED = [
    *("module.model.embed.weight", "_orig_mod.norm.weight", "bare", "modulo.weight"),
    *("module._orig_mod.head.weight", "_orig_mod.module.module.tail.bias"),
    *("module._orig_mod.module.deep.bias", "submodule.module.bias", "module"),
    *("modules.0._orig_mod.weight", "_orig_modx.weight", "a.module._orig_mod.b"),
]
RULES = [("enc.0", "first"), ("enc", "encoder"), ("encoder", "wrong"), ("out", "head")]
RENAMED = [
    *("module.enc.0.weight", "enc.01.weight", "enc.1.enc.bias", "encode.weight"),
    *("encoder.weight", "out", "_orig_mod.output.out", "enc"),
    *("module.enc.0", "Enc.bias", "out.out.enc"),
]


def test_migrate_takes_wrappers_off_the_front(sweep, rng):
    names = rng.sample(WRAPPED, len(WRAPPED))

    def slip(change: Any) -> Any:
        return lambda got: got[0] == list(map(change, names))

    sweep.cases(
        migrate,
        {
            "": (names, []),
            "for an empty state": ([], []),
            "for an OrderedDict": (names, [], "OrderedDict"),
            "for a mapping that is no dict": (names, [], "read-only"),
        },
        call="migrate_keys(state, [])",
        fault="migrate_keys does not take the wrappers' names off, and nothing else.",
        slips={
            "the caller's state is changed: make a new dict": (
                lambda got: got[2] != names
            ),
            "copies take the place of the tensors themselves": (
                lambda got: got[1] == "other tensors"
            ),
            "the tensors stay in their order": lambda got: "out of" in got[1],
            "str.replace finds its text anywhere, in submodule. too": slip(
                lambda n: n.replace("module.", "").replace("_orig_mod.", "")
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
            "for a rule with a dot": (
                ["a.b.w", "axb.w", "a.b", "a.bc"],
                [("a.b", "c")],
            ),
            "for signs of regular expressions": (
                ["a+.w", "aa.w", "(b.w", "c.w"],
                [("a+", r"\1"), ("(b", "$"), (".", "d")],
            ),
            "where a rule swaps names": (["a.w", "b.w"], [("a", "b"), ("b", "a")]),
            "where a rule gives a wrapper's name": (["a.w"], [("a", "module.x")]),
            "where a rule names a wrapper": (["module.a.w"], [("module.a", "x")]),
            "where a rule changes nothing": (["a.w"], [("a", "a"), ("a", "b")]),
            "for names in a name twice": (["a.a.w", "b.a.w"], [("a", "c.a")]),
        },
        call=say("migrate_keys(state, {RULES})", RULES=RULES),
        fault="migrate_keys does not rename as the rules say.",
        because={
            "for a rule with a dot": "in a regular expression, a dot is any sign",
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
                lambda got: (
                    "encoder.1.encoder.bias" in got[0] or "output.head" in got[0]
                )
            ),
            "a rule also renames what has exactly its name": lambda got: (
                "out" in got[0]
            ),
        },
    )


COLLISIONS = {
    "for one name without its wrapper": (["module.a.w", "b", "a.w"], [], "a.w"),
    "for one by a rule": (["old.b", "c", "new.b"], [("old", "new")], "new.b"),
    "for two by rules": (["x.w", "y.w"], [("x", "z"), ("y", "z")], "z.w"),
    "for a later name": (["new.v", "module.old.v"], [("old", "new")], "new.v"),
    "for two wrappers": (["module.q", "_orig_mod.q"], [], "q"),
}


def test_migrate_refuses_collisions(sweep, rng):
    fine = [draw_name(rng)], [], ""
    slips = {
        "one tensor replaces the other in silence": lambda got: got[0] == "none",
        "the message lacks the name that both become": lambda got: got == "ValueError",
    }
    sweep.cases(
        migrate_or_refuse,
        {"": fine, "for names without wrappers and rules": fine, **COLLISIONS},
        call="migrate_keys of names of which two become one",
        because=dict.fromkeys(COLLISIONS, slips),
    )
