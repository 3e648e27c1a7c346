"""Works on the names' parts, with an iterator that drops the prefixes and `next`."""

import collections
import itertools


def migrate_keys(
    state: Mapping[str, Tensor], rules: Sequence[tuple[str, str]]
) -> dict[str, Tensor]:
    def strip(name):
        parts = name.split(".")
        fronts = itertools.takewhile(lambda p: p in ("module", "_orig_mod"), parts[:-1])
        return ".".join(parts[sum(1 for _ in fronts) :])

    def rename(name):
        results = (
            new + name.removeprefix(old)
            for old, new in rules
            if (name + ".").startswith(old + ".")
        )
        return next(results, name)

    names = [rename(strip(name)) for name in state]
    name, times = next(iter(collections.Counter(names).most_common(1)), ("", 0))
    if times > 1:
        raise ValueError(f"more than one entry becomes {name!r}")
    return dict(zip(names, state.values(), strict=True))
