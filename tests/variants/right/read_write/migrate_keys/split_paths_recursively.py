"""Unusual: names as tuples of parts, a recursive stripper, a lazily evaluated chain of candidates and one dict comprehension; no string prefixes."""


def _bare(parts):
    if len(parts) > 1 and parts[0] in {"module", "_orig_mod"}:
        return _bare(parts[1:])
    return parts


def _renamed(parts, rules):
    candidates = (
        ".".join([new, *parts[len(key) :]])
        for old, new in rules
        for key in (old.split("."),)
        if parts[: len(key)] == key
    )
    return next(candidates, ".".join(parts))


def migrate_keys(
    state: Mapping[str, Tensor], rules: Sequence[tuple[str, str]]
) -> dict[str, Tensor]:
    names = [_renamed(_bare(name.split(".")), rules) for name in state]
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"more than one tensor would be called {name}")
        seen.add(name)
    return dict(zip(names, (state[name] for name in state), strict=True))
