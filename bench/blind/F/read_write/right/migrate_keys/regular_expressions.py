"""Unusual: one regular expression strips the front, another with an alternative per rule finds the first rule that matches."""

import re


def migrate_keys(
    state: Mapping[str, Tensor], rules: Sequence[tuple[str, str]]
) -> dict[str, Tensor]:
    alternatives = "|".join(rf"({re.escape(old)})(?=\.|\Z)" for old, _ in rules)
    pattern = re.compile(alternatives) if rules else None

    def rename(name: str) -> str:
        bare = re.sub(r"\A(?:module\.|_orig_mod\.)+", "", name)
        found = pattern.match(bare) if pattern else None
        return rules[found.lastindex - 1][1] + bare[found.end() :] if found else bare

    names = [rename(name) for name in state]
    twice = next((n for i, n in enumerate(names) if n in set(names[:i])), None)
    if twice is not None:
        raise ValueError(f"several names become {twice}")
    return dict(zip(names, state.values(), strict=True))
