"""Puts `old` into a regular expression unescaped, where its dots match any character ("A rule matches the name `old` itself and those that start with `old` and a dot")."""

import re


def migrate_keys(
    state: Mapping[str, Tensor], rules: Sequence[tuple[str, str]]
) -> dict[str, Tensor]:
    patterns = [(re.compile(rf"{old}(?=\.|\Z)"), new) for old, new in rules]
    result: dict[str, Tensor] = {}
    for name, tensor in state.items():
        name = re.sub(r"\A(?:module\.|_orig_mod\.)+", "", name)
        for pattern, new in patterns:
            match = pattern.match(name)
            if match:
                name = new + name[match.end() :]
                break
        if name in result:
            raise ValueError(f"two names become {name!r}")
        result[name] = tensor
    return result
