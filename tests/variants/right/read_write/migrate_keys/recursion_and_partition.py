"""The prefixes go by recursion, rules match on split paths, and collisions are found when the dict is complete.
"""

from collections import Counter


def _bare(name: str) -> str:
    head, dot, rest = name.partition(".")
    return _bare(rest) if dot and head in ("module", "_orig_mod") else name


def _ruled(name: str, rules: Sequence[tuple[str, str]]) -> str:
    parts = name.split(".")
    for old, new in rules:
        width = old.count(".") + 1
        if parts[:width] == old.split("."):
            return ".".join([new, *parts[width:]])
    return name


def migrate_keys(
    state: Mapping[str, Tensor], rules: Sequence[tuple[str, str]]
) -> dict[str, Tensor]:
    names = [_ruled(_bare(key), rules) for key in state]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise ValueError("more than one entry for " + ", ".join(twice))
    return dict(zip(names, state.values(), strict=True))
