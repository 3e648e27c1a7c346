"""Regular expressions with re.escape find prefixes and rules.
"""

import re


def migrate_keys(
    state: Mapping[str, Tensor], rules: Sequence[tuple[str, str]]
) -> dict[str, Tensor]:
    front = re.compile(r"(?:module\.|_orig_mod\.)*")
    compiled = [(re.compile(re.escape(old) + r"(?=\.|\Z)"), new) for old, new in rules]

    def rename(key: str) -> str:
        name = key[front.match(key).end() :]
        hits = ((pattern.match(name), new) for pattern, new in compiled)
        hit = next(((found, new) for found, new in hits if found), None)
        return name if hit is None else hit[1] + name[hit[0].end() :]

    result: dict[str, Tensor] = {}
    for key, value in state.items():
        name = rename(key)
        before = len(result)
        result.setdefault(name, value)
        if len(result) == before:
            raise ValueError(f"{name} is the name of two entries")
    return result
