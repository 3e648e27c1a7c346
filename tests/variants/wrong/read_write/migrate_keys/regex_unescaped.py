"""The rule becomes a regular expression without re.escape, so "a.b" matches "axb.w": a rule matches "the name `old` itself and those that start with `old` and a dot".

says: in a regular expression, a dot is any sign
"""

import re


def migrate_keys(
    state: Mapping[str, Tensor], rules: Sequence[tuple[str, str]]
) -> dict[str, Tensor]:
    result = {}
    for key, value in state.items():
        name = key
        while name.startswith(("module.", "_orig_mod.")):
            name = name.removeprefix("module.").removeprefix("_orig_mod.")
        for old, new in rules:
            name, count = re.subn(rf"^{old}(?=\.|$)", lambda _: new, name)
            if count:
                break
        if name in result:
            raise ValueError(f"two entries would be called {name}")
        result[name] = value
    return result
