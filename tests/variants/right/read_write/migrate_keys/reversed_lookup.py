"""Unusual: builds a table of every dotted ancestor of a name and asks for the rule with the least number among them; no startswith on rules."""


def _bare(name: str) -> str:
    for prefix in ("module.", "_orig_mod."):
        if name.startswith(prefix):
            return _bare(name.removeprefix(prefix))
    return name


def _ancestors(name: str):
    yield name
    for position, letter in enumerate(name):
        if letter == ".":
            yield name[:position]


def migrate_keys(
    state: Mapping[str, Tensor], rules: Sequence[tuple[str, str]]
) -> dict[str, Tensor]:
    rank: dict[str, int] = {}
    for number, (old, _) in enumerate(rules):
        rank.setdefault(old, number)

    def final(name: str) -> str:
        name = _bare(name)
        hits = [rank[part] for part in _ancestors(name) if part in rank]
        if not hits:
            return name
        old, new = rules[min(hits)]
        return new + name[len(old) :]

    names = [final(name) for name in state]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"more than one entry would be called {name}")
    return dict(zip(names, state.values(), strict=True))
