"""migrate_keys strips wrappers, applies the first rule, and refuses collisions."""

from typing import Any

import pytest

from grader.observe import expect_equal, expect_error, expect_true, say
from read_write_helpers import State, some_state

pytestmark = pytest.mark.exercise("read_write.migrate_keys")


def migrate(
    ex: Any, state: State, rules: list[tuple[str, str]]
) -> tuple[State, bool, State]:
    """Return the new state, whether it has the very tensors, and the old state."""
    tensors = list(state.values())
    new = ex.migrate_keys(state, rules)
    same = len(new) == len(tensors)
    same = same and all(a is b for a, b in zip(new.values(), tensors, strict=True))
    return new, same, state


WRAPPED = {
    "module.model.embed.weight": "model.embed.weight",
    "_orig_mod.norm.weight": "norm.weight",
    "module._orig_mod.head.weight": "head.weight",
    "_orig_mod.module.module.tail.bias": "tail.bias",
    "submodule.module.bias": "submodule.module.bias",
    "modules.0._orig_mod.weight": "modules.0._orig_mod.weight",
    "bare": "bare",
}

RULES = [("enc.0", "first"), ("enc", "encoder"), ("encoder", "wrong"), ("out", "head")]
RENAMED = {
    "module.enc.0.weight": "first.weight",
    "enc.01.weight": "encoder.01.weight",
    "enc.1.enc.bias": "encoder.1.enc.bias",
    "encode.weight": "encode.weight",
    "encoder.weight": "wrong.weight",
    "out": "head",
    "_orig_mod.output.out": "output.out",
}


def test_migrate_takes_wrappers_off_the_front(observe, rng):
    names = dict(rng.sample(list(WRAPPED.items()), len(WRAPPED)))

    state, _, _ = observe(
        migrate, some_state(list(names)), [], call="migrate_keys(state, [])"
    )

    def once(name: str) -> str:
        return name.removeprefix("module.").removeprefix("_orig_mod.")

    def anywhere(name: str) -> str:
        return name.replace("module.", "").replace("_orig_mod.", "")

    def letters(name: str) -> str:
        return name.lstrip("module.").lstrip("_orig_mod.")  # noqa: B005 - the slip

    expect_equal(
        list(state),
        list(names.values()),
        "migrate_keys does not take the wrappers' names off, and nothing else.",
        slips={
            "str.replace finds its text anywhere, in submodule. too": (
                lambda got: got == list(map(anywhere, names))
            ),
            "str.lstrip takes letters away, not a prefix": (
                lambda got: (
                    got == list(map(letters, names)) or "model.embed.weight" not in got
                )
            ),
            "wrappers may stand one behind the other, in any order": (
                lambda got: got == list(map(once, names)) or "tail.bias" not in got
            ),
        },
    )


@pytest.mark.weight(2)
def test_migrate_applies_the_first_rule_that_matches(observe, rng):
    names = dict(rng.sample(list(RENAMED.items()), len(RENAMED)))

    state, _, _ = observe(
        migrate,
        some_state(list(names)),
        RULES,
        call=say("migrate_keys(state, {RULES})", RULES=RULES),
    )

    expect_equal(
        list(state),
        list(names.values()),
        "migrate_keys does not rename as the rules say.",
        slips={
            "a rule matches up to a dot: enc is no beginning of encode": (
                lambda got: any(name.startswith("encoderode") for name in got)
            ),
            "only the first rule that matches is applied": (
                lambda got: "wrong.1.enc.bias" in got or "wrong.01.weight" in got
            ),
            "the first matching rule wins, not the last": (
                lambda got: "encoder.0.weight" in got
            ),
            "a rule applies to the beginning of a name only": (
                lambda got: "encoder.1.encoder.bias" in got or "output.head" in got
            ),
            "a rule also renames what has exactly its name": lambda got: "out" in got,
        },
    )


@pytest.mark.parametrize(
    ("names", "rules", "becomes"),
    [
        (["module.a.weight", "b", "a.weight"], [], "a.weight"),
        (["old.bias", "c", "new.bias"], [("old", "new")], "new.bias"),
        (["x.w", "y.w"], [("x", "z"), ("y", "z")], "z.w"),
    ],
    ids=["by wrapper", "by rule", "by two rules"],
)
def test_migrate_refuses_collisions(observe, names, rules, becomes):
    raised = observe.error(
        migrate,
        some_state(names),
        rules,
        call=say("migrate_keys of {names} by {rules}", names=names, rules=rules),
    )

    expect_error(
        raised,
        ValueError,
        "migrate_keys does not refuse two names that become the same.",
        mentions=becomes,
        cause="one tensor replaces the other in silence",
    )


def test_migrate_leaves_its_argument_alone(observe):
    state = some_state(list(RENAMED))

    new, same, after = observe(migrate, state, RULES, call="migrate_keys(state, rules)")

    expect_equal(
        list(after), list(state), "migrate_keys changes the state that it is given."
    )
    expect_equal(len(new), len(state), "migrate_keys loses tensors.")
    expect_true(
        same,
        "migrate_keys does not give the same tensors in the same order.",
        expected="the tensors themselves",
        got="copies, or another order",
    )
